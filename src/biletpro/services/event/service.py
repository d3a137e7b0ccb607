"""What event needs and what it offers."""

import re
from dataclasses import dataclass
from typing import Final

from biletpro.adapters.environment import setting
from biletpro.adapters.http.edge import BodyRule
from biletpro.adapters.service import BuiltService, Context
from biletpro.contracts.organization import Organizations
from biletpro.contracts.sales import Sales

from .operations import EventOperations
from .reactions import completing, reader_of_firms
from .routes import router

LAYOUT_BYTES_MAX: Final = 4 * 1024 * 1024
COMPLETE_EVERY_S_MAX: Final = 3_600


@dataclass(frozen=True, slots=True)
class Settings:
    """Of the event service."""

    complete_every_s: float = setting(10.0, "seconds between two looks for events that are over")

    def __post_init__(self) -> None:
        if not 0 < self.complete_every_s <= COMPLETE_EVERY_S_MAX:
            raise ValueError(
                f"BILETPRO_EVENT_COMPLETE_EVERY_S must be above 0 and at most {COMPLETE_EVERY_S_MAX}"
            )


def build(
    settings: Settings, context: Context, *, sales: Sales, organizations: Organizations
) -> BuiltService:
    """The event service, ready to run."""
    operations = EventOperations(context.database, sales, context.clock)
    reader = reader_of_firms(context.database, organizations)
    return BuiltService(
        offers=operations,
        router=router(operations, context.guard, context.clock),
        body_rules=(
            BodyRule(re.compile("/api/v1/organizations/[^/]+/events/[^/]+/layout"), LAYOUT_BYTES_MAX),
            BodyRule(re.compile("/api/v1/organizations/[^/]+/venues"), LAYOUT_BYTES_MAX),
        ),
        loops={
            "event-reads-organization": reader.run,
            "event-completes": completing(operations, settings.complete_every_s),
        },
    )
