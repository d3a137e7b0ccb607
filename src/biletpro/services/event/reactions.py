"""What event does without being asked: it hears of firms, and completes events that are over."""

import asyncio
from collections.abc import Awaitable, Callable

from biletpro.adapters.outbox import Reader
from biletpro.adapters.postgres import Database
from biletpro.contracts.organization import Organizations

from .operations import EventOperations
from .operations.firms import hear_of_firm


def reader_of_firms(database: Database, organizations: Organizations) -> Reader:
    """Follows the organization service's feed."""
    return Reader(database, "organization", organizations, hear_of_firm)


def completing(operations: EventOperations, every_s: float) -> Callable[[], Awaitable[None]]:
    """A loop by the clock; several processes may run it, each takes other events."""

    async def run() -> None:
        while True:
            while await operations.complete_passed():
                pass
            await asyncio.sleep(every_s)

    return run
