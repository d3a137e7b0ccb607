"""Statements about saved venues and series."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from biletpro.adapters.postgres import Connection
from biletpro.contracts.event.layouts import Layout
from biletpro.contracts.event.series import SeriesCategory, SeriesSummary, VenueView
from biletpro.kernel import turkish
from biletpro.kernel.errors import NotFound


async def insert_venue(
    connection: Connection, organization_id: UUID, venue: VenueView, now: datetime
) -> None:
    await connection.execute(
        """-- event.insert_venue
        INSERT INTO event.venues (id, organization_id, name, city, address, layout, created_at, sort_text)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        venue.id,
        organization_id,
        venue.name,
        venue.city,
        venue.address,
        None if venue.layout is None else venue.layout.model_dump_json(),
        now,
        turkish.sort_key(venue.name),
    )


async def page_of_venues(
    connection: Connection, organization_id: UUID, after: UUID | None, limit: int
) -> list[VenueView]:
    """By name, as a Turkish dictionary has it, without their layouts; what comes after the venue *after*."""
    rows = await connection.fetch(
        """-- event.page_of_venues
        SELECT v.id, v.name, v.city, v.address, v.layout IS NOT NULL AS has_layout FROM event.venues v
         WHERE v.organization_id = $1
           AND ($2::uuid IS NULL OR (v.sort_text, v.id) > (
                   SELECT w.sort_text, w.id FROM event.venues w WHERE w.id = $2))
         ORDER BY v.sort_text, v.id LIMIT $3""",
        organization_id,
        after,
        limit,
    )
    return [VenueView(**dict(row)) for row in rows]


async def find_venue(connection: Connection, venue_id: UUID) -> VenueView:
    """Raises NotFound."""
    row = await connection.fetchrow(
        """-- event.find_venue
        SELECT id, name, city, address, layout FROM event.venues WHERE id = $1""",
        venue_id,
    )
    if row is None:
        raise NotFound
    return VenueView(
        id=row["id"],
        name=row["name"],
        city=row["city"],
        address=row["address"],
        has_layout=row["layout"] is not None,
        layout=None if row["layout"] is None else Layout.model_validate_json(row["layout"]),
    )


async def insert_series(
    connection: Connection, series_id: UUID, organization_id: UUID, title: str, now: datetime
) -> None:
    await connection.execute(
        """-- event.insert_series
        INSERT INTO event.series (id, organization_id, title, created_at) VALUES ($1, $2, $3, $4)""",
        series_id,
        organization_id,
        title,
        now,
    )


async def insert_series_categories(
    connection: Connection, series_id: UUID, organization_id: UUID, categories: Sequence[SeriesCategory]
) -> None:
    await connection.executemany(
        """-- event.insert_series_categories
        INSERT INTO event.series_categories
            (series_id, organization_id, key, name, kind, price_minor, currency, per_person, position)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (
                series_id,
                organization_id,
                category.key,
                category.name,
                category.kind,
                category.price.amount,
                category.price.currency,
                category.per_person,
                position,
            )
            for position, category in enumerate(categories)
        ],
    )


async def page_of_series(
    connection: Connection, organization_id: UUID, before: UUID | None, limit: int
) -> list[SeriesSummary]:
    """Newest first."""
    rows = await connection.fetch(
        """-- event.page_of_series
        SELECT s.id, s.title, (SELECT count(e.id) FROM event.events e WHERE e.series_id = s.id) AS dates
          FROM event.series s
         WHERE s.organization_id = $1 AND ($2::uuid IS NULL OR s.id < $2)
         ORDER BY s.id DESC LIMIT $3""",
        organization_id,
        before,
        limit,
    )
    return [SeriesSummary(**dict(row)) for row in rows]


async def title_of_series(connection: Connection, series_id: UUID) -> str:
    """Raises NotFound."""
    title: str | None = await connection.fetchval(
        """-- event.title_of_series
        SELECT title FROM event.series WHERE id = $1""",
        series_id,
    )
    if title is None:
        raise NotFound
    return title


async def categories_of_series(connection: Connection, series_id: UUID) -> list[SeriesCategory]:
    rows = await connection.fetch(
        """-- event.categories_of_series
        SELECT key, name, kind, price_minor, currency, per_person FROM event.series_categories
         WHERE series_id = $1 ORDER BY position""",
        series_id,
    )
    return [
        SeriesCategory.model_validate(
            {
                "key": row["key"],
                "name": row["name"],
                "kind": row["kind"],
                "price": {"amount": row["price_minor"], "currency": row["currency"]},
                "per_person": row["per_person"],
            }
        )
        for row in rows
    ]


async def save_series_category(connection: Connection, series_id: UUID, category: SeriesCategory) -> None:
    await connection.execute(
        """-- event.save_series_category
        UPDATE event.series_categories SET name = $3, price_minor = $4 WHERE series_id = $1 AND key = $2""",
        series_id,
        category.key,
        category.name,
        category.price.amount,
    )
