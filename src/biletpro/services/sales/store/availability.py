"""What is free, counting expired claims as free although nobody has folded them yet."""

from uuid import UUID

from biletpro.adapters.postgres import Connection, Record


async def categories(connection: Connection, event_id: UUID) -> list[Record]:
    """Category, kind and how many places can be claimed now."""
    return await connection.fetch(
        """-- sales.availability
        SELECT s.category_id, s.kind,
               (s.capacity - s.held - s.sold + coalesce((
                   SELECT sum(c.quantity) FROM sales.claims c
                    WHERE c.category_id = s.category_id AND c.state = 'live' AND c.expires_at <= (SELECT sales.clock())
               ), 0))::integer AS available
          FROM sales.stock s WHERE s.event_id = $1 ORDER BY s.category_id""",
        event_id,
    )


_STATE = """CASE WHEN NOT open THEN 'c' WHEN state = 'free' THEN 'f' WHEN state = 'sold' THEN 's'
            WHEN held_until <= (SELECT sales.clock()) THEN 'f' ELSE 'h' END"""


async def place_states(connection: Connection, event_id: UUID) -> tuple[int, str]:
    """The horizon below which every change is in the states, and one character a place in layout order.

    The horizon is the snapshot's xmin - 1 (docs/decisions/0004): a change not yet visible has a later xid.
    """
    row = await connection.fetchrow(
        f"""-- sales.place_states
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS version,
               coalesce((SELECT string_agg({_STATE}, '' ORDER BY n) FROM sales.places WHERE event_id = $1), '')
                   AS states""",
        event_id,
    )
    assert row is not None, "a SELECT without FROM has one row"
    return row["version"], row["states"]


async def place_changes(connection: Connection, event_id: UUID, since: int) -> tuple[int, list[Record]]:
    """The horizon, and the places that changed after *since* (those whose hold ran out always count)."""
    version: int = await connection.fetchval(
        """-- sales.horizon
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1"""
    )
    rows = await connection.fetch(
        f"""-- sales.place_changes
        SELECT n, {_STATE} AS state FROM sales.places
         WHERE event_id = $1 AND (changed_xid > $2 OR held_until <= (SELECT sales.clock())) ORDER BY n""",
        event_id,
        since,
    )
    return version, rows
