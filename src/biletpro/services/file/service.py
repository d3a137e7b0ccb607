"""How file is set up, and what it hands to the assembly."""

from dataclasses import dataclass

from biletpro.adapters.service import BuiltService, Context

from . import routes
from .operations import FileOperations


@dataclass(frozen=True, slots=True)
class Settings:
    """Nothing can be set yet."""


def build(settings: Settings, context: Context) -> BuiltService:  # noqa: ARG001 - the shape of every build
    """The contract `Files`."""
    return BuiltService(offers=FileOperations(context.database), router=routes.router())
