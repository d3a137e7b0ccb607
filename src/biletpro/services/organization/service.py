"""How organization is set up, and what it hands to the assembly."""

from dataclasses import dataclass

from biletpro.adapters.environment import setting
from biletpro.adapters.service import BuiltService, Context

from . import routes
from .operations import OrganizationOperations


@dataclass(frozen=True, slots=True)
class Settings:
    open_creation: bool = setting(
        default=True, meaning="whether every signed-in user may open a firm; off: operators only"
    )


def build(settings: Settings, context: Context) -> BuiltService:
    """The contract `Organizations` and its routes."""
    operations = OrganizationOperations(context.database, open_creation=settings.open_creation)
    return BuiltService(
        offers=operations,
        router=routes.router(operations, context.guard),
    )
