"""How analytics is set up, and what it hands to the assembly."""

from dataclasses import dataclass

from biletpro.adapters.service import BuiltService, Context

from . import routes
from .operations import AnalyticsOperations


@dataclass(frozen=True, slots=True)
class Settings:
    """Nothing can be set yet."""


def build(settings: Settings, context: Context) -> BuiltService:  # noqa: ARG001 - the shape of every build
    """The contract `Analytics`."""
    return BuiltService(offers=AnalyticsOperations(context.database), router=routes.router())
