"""What the clock asks of sales. Selling is right without any of it; it only tidies."""

from datetime import timedelta
from typing import Final

from biletpro.adapters import idempotency

from ..store import holds
from .desk import Desk

CATEGORIES_PER_SWEEP: Final = 100
DEAD_HOLDS_KEPT_HOURS: Final = 72
HOLDS_PER_PURGE: Final = 5_000

assert timedelta(hours=DEAD_HOLDS_KEPT_HOURS) > timedelta(hours=idempotency.KEPT_HOURS), (
    "a hold is its own record"
)


class UpkeepOperations(Desk):
    """Sweep and purge."""

    async def sweep(self) -> int:
        """Fold what has expired, a category a transaction; how many claims there were."""
        async with self._database.system("the clock tidies") as connection:
            due = await holds.categories_to_sweep(connection, CATEGORIES_PER_SWEEP)
        folded = 0
        for category_id in due:
            async with self._database.system("the clock tidies") as connection:
                folded += await holds.sweep(connection, category_id)
        return folded

    async def purge(self) -> None:
        """Forget holds that ended long ago."""
        async with self._database.system("the clock tidies") as connection:
            await holds.purge_dead_holds(connection, DEAD_HOLDS_KEPT_HOURS, HOLDS_PER_PURGE)
