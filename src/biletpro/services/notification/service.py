"""How notification is set up, and what it hands to the assembly."""

from dataclasses import dataclass

from biletpro.adapters.service import BuiltService, Context

from . import routes
from .operations import NotificationOperations


@dataclass(frozen=True, slots=True)
class Settings:
    """Nothing can be set yet."""


def build(settings: Settings, context: Context) -> BuiltService:  # noqa: ARG001 - the shape of every build
    """The contract `Notifications`."""
    return BuiltService(offers=NotificationOperations(context.database), router=routes.router())
