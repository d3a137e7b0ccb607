"""What the assembly hands every service, and what a service hands back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter

from biletpro.kernel.clock import Clock

from .http.edge import BodyRule
from .http.guard import Guard
from .http.hot import HotRoute
from .postgres import Database
from .tasks import Tasks

Loop = Callable[[], Awaitable[None]]
Closer = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Context:
    """The edges that a service may use."""

    database: Database
    guard: Guard
    tasks: Tasks
    clock: Clock
    production: bool


@dataclass(frozen=True, slots=True)
class BuiltService:
    """A service ready to run: its promise, its routes, and the loops that it wants kept running."""

    offers: object
    router: APIRouter
    hot_routes: tuple[HotRoute, ...] = ()
    body_rules: tuple[BodyRule, ...] = ()
    loops: Mapping[str, Loop] = field(default_factory=dict)
    closers: tuple[Closer, ...] = ()
