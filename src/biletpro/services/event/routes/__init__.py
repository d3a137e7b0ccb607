"""Public HTTP of the event service."""

from fastapi import APIRouter

from biletpro.adapters.http.app import API
from biletpro.adapters.http.guard import Guard
from biletpro.kernel.clock import Clock

from ..operations import EventOperations
from . import catalogue, categories, drafts, layouts, life, series


def router(operations: EventOperations, guard: Guard, clock: Clock) -> APIRouter:
    """Every route of the service."""
    firm = APIRouter(prefix="/organizations/{org}", tags=["events"])
    drafts.add_to(firm, operations, guard)
    life.add_to(firm, operations, guard)
    categories.add_to(firm, operations, guard)
    layouts.add_to(firm, operations, guard)
    series.add_venues_to(firm, operations, guard)
    series.add_series_to(firm, operations, guard)
    found = APIRouter(prefix=API)
    found.include_router(firm)
    found.include_router(catalogue.router(operations, guard, clock))
    return found
