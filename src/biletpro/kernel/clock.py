"""The process's clock, in UTC. Selling asks the database instead: `sales.clock()` (docs/rules/selling.md)."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
