"""Sales' copy of events and firms, and the stock that follows from it."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from biletpro.adapters.postgres import Connection
from biletpro.contracts.terms import CategoryTerms, EventTerms, PlaceTerms


async def terms(connection: Connection, event_id: UUID) -> EventTerms | None:
    """The event's terms without its places, or None when it was never published."""
    found = await connection.fetchval(
        """-- sales.terms
        SELECT terms FROM sales.events WHERE event_id = $1""",
        event_id,
    )
    return None if found is None else EventTerms.model_validate_json(found)


async def places(connection: Connection, event_id: UUID) -> list[PlaceTerms]:
    """The event's places in layout order."""
    rows = await connection.fetch(
        """-- sales.places
        SELECT id, category_id, section, row_label AS row, label, row_rank, seat_rank, guests_min, guests_max,
               CASE WHEN open THEN 'open' ELSE 'house_hold' END AS state
          FROM sales.places WHERE event_id = $1 ORDER BY n""",
        event_id,
    )
    return [PlaceTerms.model_construct(**dict(row)) for row in rows]


async def keep_firm(connection: Connection, organization_id: UUID, *, suspended: bool) -> None:
    """Whether a firm may sell."""
    await connection.execute(
        """-- sales.keep_firm
        INSERT INTO sales.firms (organization_id, suspended) VALUES ($1, $2)
        ON CONFLICT ON CONSTRAINT firms_key DO UPDATE SET suspended = excluded.suspended""",
        organization_id,
        suspended,
    )


async def keep_terms(connection: Connection, event: EventTerms, sale_closes: datetime) -> bool:
    """Whether the terms were news: an older version changes nothing."""
    kept = await connection.fetchval(
        """-- sales.keep_terms
        INSERT INTO sales.events (event_id, organization_id, version, layout_version, status, sale_opens, sale_closes,
                                  max_per_order, max_per_buyer, hold_seconds, terms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT ON CONSTRAINT events_key DO UPDATE
           SET version = excluded.version, layout_version = excluded.layout_version, status = excluded.status,
               sale_opens = excluded.sale_opens, sale_closes = excluded.sale_closes,
               max_per_order = excluded.max_per_order, max_per_buyer = excluded.max_per_buyer,
               hold_seconds = excluded.hold_seconds, terms = excluded.terms
         WHERE events.version < excluded.version
        RETURNING true""",
        event.event_id,
        event.organization_id,
        event.version,
        event.layout_version,
        event.status,
        event.sales_start,
        sale_closes,
        event.max_per_order,
        event.max_per_buyer,
        event.hold_minutes * 60,
        event.model_copy(update={"places": None}).model_dump_json(),
    )
    return bool(kept)


async def keep_categories(connection: Connection, event: EventTerms) -> None:
    """Counted capacity as the terms say, but never below what is claimed; numbered kinds are counted by places."""
    await connection.execute(
        """-- sales.lock_stock
        SELECT FROM sales.stock WHERE event_id = $1 ORDER BY category_id FOR UPDATE""",
        event.event_id,
    )
    await connection.executemany(
        """-- sales.keep_category
        INSERT INTO sales.stock (category_id, event_id, organization_id, kind, capacity) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT ON CONSTRAINT stock_key DO UPDATE
           SET capacity = CASE WHEN stock.kind = 'general'
                               THEN greatest(excluded.capacity, stock.held + stock.sold) ELSE stock.capacity END""",
        [_stock_row(event, category) for category in sorted(event.categories, key=lambda found: found.id)],
    )
    await connection.execute(
        """-- sales.close_removed_categories
        UPDATE sales.stock SET capacity = held + sold
         WHERE event_id = $1 AND category_id <> ALL ($2::uuid[])""",
        event.event_id,
        [category.id for category in event.categories],
    )


def _stock_row(event: EventTerms, category: CategoryTerms) -> tuple[UUID, UUID, UUID, str, int]:
    capacity = category.capacity if category.kind == "general" else 0
    return category.id, event.event_id, event.organization_id, category.kind, capacity


async def keep_places(connection: Connection, event: EventTerms, layout: Sequence[PlaceTerms]) -> None:
    """The layout's places: new ones come, gone ones go unless claimed, all get their words and order anew."""
    rows = [
        {"n": n, **place.model_dump(mode="json"), "open": place.state == "open"}
        for n, place in enumerate(layout)
    ]
    await connection.execute(
        """-- sales.remove_places
        DELETE FROM sales.places WHERE event_id = $1 AND state = 'free' AND id <> ALL ($2::uuid[])""",
        event.event_id,
        [place.id for place in layout],
    )
    await connection.execute(
        """-- sales.keep_places
        INSERT INTO sales.places (id, event_id, category_id, organization_id, n, section, row_label, label, row_rank,
                                  seat_rank, guests_min, guests_max, open)
        SELECT x.id, $1, x.category_id, $2, x.n, x.section, x."row", x.label, x.row_rank, x.seat_rank, x.guests_min,
               x.guests_max, x.open
          FROM jsonb_to_recordset($3::jsonb) AS x (id uuid, category_id uuid, n integer, section text, "row" text,
               label text, row_rank integer, seat_rank integer, guests_min integer, guests_max integer, open boolean)
        ON CONFLICT ON CONSTRAINT places_key DO UPDATE
           SET n = excluded.n, section = excluded.section, row_label = excluded.row_label, label = excluded.label,
               row_rank = excluded.row_rank, seat_rank = excluded.seat_rank, guests_min = excluded.guests_min,
               guests_max = excluded.guests_max, open = excluded.open OR places.state <> 'free',
               category_id = CASE WHEN places.state = 'free' THEN excluded.category_id ELSE places.category_id END,
               changed_xid = pg_current_xact_id()::text::bigint""",
        event.event_id,
        event.organization_id,
        json.dumps(rows),
    )
    await count_numbered_stock(connection, event.event_id)


async def count_numbered_stock(connection: Connection, event_id: UUID) -> None:
    """Capacity of numbered categories: their open places. The caller holds the categories' locks."""
    await connection.execute(
        """-- sales.count_numbered_stock
        UPDATE sales.stock s
           SET capacity = (SELECT count(*) FROM sales.places p WHERE p.category_id = s.category_id AND p.open)
         WHERE s.event_id = $1 AND s.kind <> 'general'""",
        event_id,
    )


async def change_capacity(connection: Connection, category_id: UUID, capacity: int) -> int | None:
    """None when done (or the category is unknown here), else what is sold or held."""
    row = await connection.fetchrow(
        """-- sales.stock_for_change
        SELECT held + sold AS claimed FROM sales.stock WHERE category_id = $1 FOR UPDATE""",
        category_id,
    )
    if row is None:
        return None
    if row["claimed"] > capacity:
        await connection.execute(
            """-- sales.fold_before_refusing
            SELECT sales.fold_expired_v1(ARRAY[$1::uuid], sales.clock())""",
            category_id,
        )
    claimed: int = await connection.fetchval(
        """-- sales.claimed
        SELECT held + sold FROM sales.stock WHERE category_id = $1""",
        category_id,
    )
    if claimed > capacity:
        return claimed
    await connection.execute(
        """-- sales.set_capacity
        UPDATE sales.stock SET capacity = $2 WHERE category_id = $1 AND kind = 'general'""",
        category_id,
        capacity,
    )
    return None


async def withdraw_places(connection: Connection, event_id: UUID, place_ids: Sequence[UUID]) -> list[UUID]:
    """Close free places; when any is held or sold, close none and name those."""
    await connection.execute(
        """-- sales.lock_stock_of_places
        SELECT FROM sales.stock WHERE event_id = $1 ORDER BY category_id FOR UPDATE""",
        event_id,
    )
    await connection.execute(
        """-- sales.fold_before_withdrawing
        SELECT sales.fold_expired_v1(ARRAY(SELECT category_id FROM sales.stock WHERE event_id = $1), sales.clock())""",
        event_id,
    )
    in_use = await connection.fetch(
        """-- sales.places_in_use
        SELECT id FROM sales.places WHERE event_id = $1 AND id = ANY ($2::uuid[]) AND state <> 'free' ORDER BY n""",
        event_id,
        list(place_ids),
    )
    if in_use:
        return [row["id"] for row in in_use]
    await connection.execute(
        """-- sales.close_places
        UPDATE sales.places SET open = false, changed_xid = pg_current_xact_id()::text::bigint
         WHERE event_id = $1 AND id = ANY ($2::uuid[])""",
        event_id,
        list(place_ids),
    )
    await count_numbered_stock(connection, event_id)
    return []
