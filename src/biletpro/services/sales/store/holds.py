"""Reading holds."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from biletpro.adapters.postgres import Connection


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold as stored; `state` is `expired` from its end on, folded or not."""

    id: UUID
    event_id: UUID
    state: Literal["live", "ordered", "released", "expired"]
    expires_at: datetime
    currency: Literal["TRY", "EUR", "USD", "GBP"]
    total: int
    lines: list[dict[str, Any]]


async def hold(connection: Connection, hold_id: UUID) -> HoldRow | None:
    """The hold, or None."""
    row = await connection.fetchrow(
        """-- sales.hold
        SELECT id, event_id, expires_at, currency, total, lines,
               CASE WHEN state = 'live' AND expires_at <= (SELECT sales.clock()) THEN 'expired' ELSE state END AS state
          FROM sales.holds WHERE id = $1""",
        hold_id,
    )
    if row is None:
        return None
    return HoldRow(
        id=row["id"],
        event_id=row["event_id"],
        state=row["state"],
        expires_at=row["expires_at"],
        currency=row["currency"],
        total=row["total"],
        lines=json.loads(row["lines"]),
    )


async def purge_dead_holds(connection: Connection, kept_hours: int, holds_max: int) -> int:
    """Forget released and expired holds past their time; how many went."""
    gone: str = await connection.execute(
        """-- sales.purge_dead_holds
        WITH dead AS (
            SELECT h.id FROM sales.holds h
             WHERE h.state IN ('released', 'expired') AND h.order_id IS NULL
               AND h.created_at < (SELECT sales.clock()) - make_interval(hours => $1)
             ORDER BY h.created_at LIMIT $2
        ), claims AS (
            DELETE FROM sales.claims c USING dead WHERE c.hold_id = dead.id AND c.state = 'returned'
        )
        DELETE FROM sales.holds h USING dead WHERE h.id = dead.id""",
        kept_hours,
        holds_max,
    )
    return int(gone.rsplit(" ", 1)[1])


async def categories_to_sweep(connection: Connection, categories_max: int) -> list[UUID]:
    """Categories that have expired claims still to be folded."""
    rows = await connection.fetch(
        """-- sales.categories_to_sweep
        SELECT DISTINCT c.category_id FROM sales.claims c
         WHERE c.state = 'live' AND c.expires_at <= (SELECT sales.clock()) LIMIT $1""",
        categories_max,
    )
    return [row["category_id"] for row in rows]


async def sweep(connection: Connection, category_id: UUID) -> int:
    """Fold one category's expired claims under its lock; how many there were."""
    await connection.execute(
        """-- sales.lock_category
        SELECT FROM sales.stock WHERE category_id = $1 FOR UPDATE""",
        category_id,
    )
    folded: int = await connection.fetchval(
        """-- sales.sweep
        SELECT sales.fold_expired_v1(ARRAY[$1::uuid], (SELECT sales.clock()))""",
        category_id,
    )
    return folded
