"""By the clock: the schema's housekeeping. Nobody else's events are followed."""

import asyncio
from typing import Final

from .operations import OrganizationOperations

HOUSEKEEPING_EVERY_S: Final = 3_600


async def keep_house(operations: OrganizationOperations) -> None:
    """At the start and then hourly, for as long as the process lives."""
    while True:
        await operations.housekeep()
        await asyncio.sleep(HOUSEKEEPING_EVERY_S)
