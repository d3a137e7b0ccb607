"""HTTP of analytics: its paths come with the promises that answer them."""

from fastapi import APIRouter


def router() -> APIRouter:
    """Without a path for now."""
    return APIRouter(prefix="/api/v1")
