"""Statements about events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from biletpro.adapters.postgres import Connection, Record
from biletpro.contracts.event.drafts import EventView
from biletpro.contracts.event.series import SeriesDate
from biletpro.kernel import turkish
from biletpro.kernel.errors import NotFound

from ..domain import events as domain

COLUMNS: Final = """id, organization_id, series_id, slug, status, version, layout_version, title, description,
    venue_name, city, address, starts_at, ends_at, doors_at, sales_start, sales_end, timezone, currency,
    max_per_order, max_per_buyer, hold_minutes, tax_rate_bp, fee_rate_bp, published_at, created_at"""


def view(row: Record) -> EventView:
    fields: dict[str, Any] = dict(row)
    venue = {"name": fields.pop("venue_name"), "city": fields.pop("city"), "address": fields.pop("address")}
    return EventView(**fields, venue=venue)


def _values(event: EventView) -> tuple[object, ...]:
    """What can change in an event, in the order of the statements below."""
    return (
        event.id,
        event.status,
        event.version,
        event.layout_version,
        event.title,
        event.description,
        event.venue.name,
        event.venue.city,
        event.venue.address,
        event.starts_at,
        event.ends_at,
        event.doors_at,
        event.sales_start,
        event.sales_end,
        domain.over_at(event),
        event.timezone,
        event.max_per_order,
        event.max_per_buyer,
        event.hold_minutes,
        event.tax_rate_bp,
        event.fee_rate_bp,
        domain.search_text(event),
        turkish.search_key(event.venue.city),
        event.published_at,
    )


async def insert_event(connection: Connection, event: EventView) -> EventView:
    """The event with the first of its slugs that nobody has."""
    for slug in domain.slugs(event, event.id):
        found = await connection.fetchval(
            """-- event.insert_event
            INSERT INTO event.events (
                id, status, version, layout_version, title, description, venue_name, city, address, starts_at,
                ends_at, doors_at, sales_start, sales_end, over_at, timezone, max_per_order, max_per_buyer,
                hold_minutes, tax_rate_bp, fee_rate_bp, search_text, city_text, published_at,
                organization_id, series_id, slug, currency, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                    $21, $22, $23, $24, $25, $26, $27, $28, $29)
            ON CONFLICT ON CONSTRAINT events_slug_once DO NOTHING
            RETURNING slug""",
            *_values(event),
            event.organization_id,
            event.series_id,
            slug,
            event.currency,
            event.created_at,
        )
        if found is not None:
            return event.model_copy(update={"slug": slug})
    raise AssertionError("the last slug holds the event's own id")


async def save_event(connection: Connection, event: EventView) -> None:
    """Write what can change; the caller holds the row's lock."""
    await connection.execute(
        """-- event.save_event
        UPDATE event.events
           SET status = $2, version = $3, layout_version = $4, title = $5, description = $6, venue_name = $7,
               city = $8, address = $9, starts_at = $10, ends_at = $11, doors_at = $12, sales_start = $13,
               sales_end = $14, over_at = $15, timezone = $16, max_per_order = $17, max_per_buyer = $18,
               hold_minutes = $19, tax_rate_bp = $20, fee_rate_bp = $21, search_text = $22, city_text = $23,
               published_at = $24
         WHERE id = $1""",
        *_values(event),
    )


async def note_cancellation(connection: Connection, event_id: UUID, reason: str) -> None:
    """Keep why it was cancelled."""
    await connection.execute(
        """-- event.note_cancellation
        UPDATE event.events SET cancel_reason = $2 WHERE id = $1""",
        event_id,
        reason,
    )


async def find_event(connection: Connection, event_id: UUID) -> EventView:
    """Raises NotFound."""
    row = await connection.fetchrow(
        f"""-- event.find_event
        SELECT {COLUMNS} FROM event.events WHERE id = $1""",
        event_id,
    )
    if row is None:
        raise NotFound
    return view(row)


async def lock_event(connection: Connection, event_id: UUID) -> EventView:
    """The event, changed by nobody else until the end of the transaction. Raises NotFound."""
    row = await connection.fetchrow(
        f"""-- event.lock_event
        SELECT {COLUMNS} FROM event.events WHERE id = $1 FOR UPDATE""",
        event_id,
    )
    if row is None:
        raise NotFound
    return view(row)


PAGE_OF_FIRM: Final = f"""-- event.page_of_firm
        SELECT {COLUMNS} FROM event.events
         WHERE organization_id = $1
           AND ($2::timestamptz IS NULL OR (starts_at, id) < ($2::timestamptz, $3::uuid))
         ORDER BY starts_at DESC, id DESC LIMIT $4"""


async def page_of_firm(
    connection: Connection, organization_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[EventView]:
    """Latest date first, by the index events_of_firm."""
    rows = await connection.fetch(
        PAGE_OF_FIRM, organization_id, *(after if after is not None else (None, None)), limit
    )
    return [view(row) for row in rows]


async def lock_passed(connection: Connection, now: datetime, limit: int) -> list[EventView]:
    """Events on sale that are over, except those that another process is just completing."""
    rows = await connection.fetch(
        f"""-- event.lock_passed
        SELECT {COLUMNS} FROM event.events
         WHERE status IN ('published', 'paused', 'postponed') AND over_at <= $1
         ORDER BY over_at LIMIT $2 FOR UPDATE SKIP LOCKED""",
        now,
        limit,
    )
    return [view(row) for row in rows]


async def lock_coming_of_series(connection: Connection, series_id: UUID, now: datetime) -> list[EventView]:
    """The dates of a series that are neither cancelled nor over, in order of id."""
    rows = await connection.fetch(
        f"""-- event.lock_coming_of_series
        SELECT {COLUMNS} FROM event.events
         WHERE series_id = $1 AND status IN ('draft', 'published', 'paused', 'postponed') AND over_at > $2
         ORDER BY id FOR UPDATE""",
        series_id,
        now,
    )
    return [view(row) for row in rows]


async def dates_of_series(connection: Connection, series_id: UUID) -> Sequence[SeriesDate]:
    """Its events by date."""
    rows = await connection.fetch(
        """-- event.dates_of_series
        SELECT id AS event_id, slug, starts_at, status FROM event.events
         WHERE series_id = $1 ORDER BY starts_at, id""",
        series_id,
    )
    return [SeriesDate(**dict(row)) for row in rows]
