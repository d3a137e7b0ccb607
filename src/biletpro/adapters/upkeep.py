"""What every service's schema needs by the clock: old answers forgotten, coming months made."""

import asyncio
from typing import Final

from biletpro.kernel.clock import Clock

from . import idempotency
from .leadership import Leadership
from .postgres import Database

EVERY_S: Final = 3_600


async def tidy(database: Database, clock: Clock) -> None:
    """One round."""
    async with database.system("the clock tidies") as connection:
        await idempotency.purge(connection, database.schema)
        await connection.execute(
            f"""-- upkeep.make_months
            SELECT {database.schema}.make_months($1), {database.schema}.epoch()""",
            clock().date(),
        )


async def keep_tidy(databases: list[Database], clock: Clock, leadership: Leadership) -> None:
    """Every EVERY_S, in one process of the fleet."""
    lease = await leadership.lead("upkeep " + ",".join(database.schema for database in databases))
    while True:
        await lease.prove()
        for database in databases:
            await tidy(database, clock)
        await asyncio.sleep(EVERY_S)
