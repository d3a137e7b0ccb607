"""Statements of the public catalogue: published events of all firms."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from biletpro.adapters.postgres import Connection, Record
from biletpro.contracts.event.catalogue import EventCard, PublicCategory, PublicEvent
from biletpro.contracts.event.drafts import CategoryView
from biletpro.kernel.errors import NotFound

CARD: Final = """e.id, e.slug, e.title, e.venue_name, e.city, e.address, e.starts_at, e.ends_at, e.doors_at,
    e.timezone, e.status, e.currency, e.organization_id, f.name AS firm_name, f.slug AS firm_slug,
    (SELECT min(c.price_minor) FROM event.categories c WHERE c.event_id = e.id) AS price_from_minor"""


PAGE: Final = f"""-- event.page_of_catalogue
        SELECT {CARD} FROM event.events e LEFT JOIN event.firms f ON f.organization_id = e.organization_id
         WHERE e.status IN ('published', 'paused', 'postponed') AND e.over_at > $1
           AND ($2 = '' OR e.search_text LIKE '%' || $2 || '%')
           AND ($3::text IS NULL OR e.city_text = $3)
           AND ($4::timestamptz IS NULL OR e.starts_at >= $4)
           AND ($5::timestamptz IS NULL OR e.starts_at < $5)
           AND ($6::timestamptz IS NULL OR (e.starts_at, e.id) > ($6::timestamptz, $7::uuid))
         ORDER BY e.starts_at, e.id LIMIT $8"""


def _card_fields(row: Record) -> dict[str, Any]:
    fields: dict[str, Any] = dict(row)
    price = fields.pop("price_from_minor")
    fields["price_from"] = None if price is None else {"amount": price, "currency": fields["currency"]}
    fields["venue"] = {
        "name": fields.pop("venue_name"),
        "city": fields.pop("city"),
        "address": fields.pop("address"),
    }
    fields["organizer"] = {
        "id": fields.pop("organization_id"),
        "name": fields.pop("firm_name"),
        "slug": fields.pop("firm_slug"),
    }
    return fields


async def page(
    connection: Connection,
    *,
    words: str,
    city: str | None,
    now: datetime,
    times: tuple[datetime | None, datetime | None],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[EventCard]:
    """What is not over yet, by date; *words* and *city* are folded, so they hold no sign that LIKE knows."""
    rows = await connection.fetch(
        PAGE,
        now,
        words,
        city,
        *times,
        *(after if after is not None else (None, None)),
        limit,
    )
    cards = [_card_fields(row) for row in rows]
    for fields in cards:
        del fields["currency"]
    return [EventCard(**fields) for fields in cards]


async def id_of_slug(connection: Connection, slug: str) -> UUID:
    """Raises NotFound."""
    found: UUID | None = await connection.fetchval(
        """-- event.id_of_slug
        SELECT id FROM event.events WHERE slug = $1""",
        slug,
    )
    if found is None:
        raise NotFound
    return found


async def layout_version(connection: Connection, event_id: UUID) -> int:
    """Of a published event. Raises NotFound."""
    found: int | None = await connection.fetchval(
        """-- event.public_layout_version
        SELECT layout_version FROM event.events WHERE id = $1 AND published_at IS NOT NULL""",
        event_id,
    )
    if found is None:
        raise NotFound
    return found


async def public_event(connection: Connection, event_id: UUID, categories: list[CategoryView]) -> PublicEvent:
    """Raises NotFound for a draft."""
    row = await connection.fetchrow(
        f"""-- event.public_event
        SELECT {CARD}, e.description, e.sales_start, e.sales_end, e.max_per_order, e.max_per_buyer,
               e.hold_minutes, e.version, e.layout_version,
               EXISTS (SELECT 1 FROM event.layouts l WHERE l.event_id = e.id) AS has_layout
          FROM event.events e LEFT JOIN event.firms f ON f.organization_id = e.organization_id
         WHERE e.id = $1 AND e.published_at IS NOT NULL""",
        event_id,
    )
    if row is None:
        raise NotFound
    return PublicEvent(
        **_card_fields(row),
        categories=[
            PublicCategory(
                id=category.id,
                name=category.name,
                kind=category.kind,
                price=category.price,
                color=category.color,
                per_person=category.per_person,
            )
            for category in categories
        ],
    )
