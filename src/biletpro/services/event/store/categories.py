"""Statements about price categories."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from biletpro.adapters import postgres
from biletpro.adapters.postgres import Connection, Record
from biletpro.contracts.event.drafts import CategoryInUse, CategoryView
from biletpro.kernel.errors import NotFound

REFUSALS: Final = {"places_of_category": CategoryInUse}
# A numbered kind is counted by its open places.
COLUMNS: Final = """c.id, c.event_id, c.name, c.kind, c.price_minor, c.currency, c.color, c.per_person,
    c.version, c.series_key, coalesce(c.capacity, (
        SELECT count(p.id) FROM event.places p WHERE p.category_id = c.id AND p.state = 'open')
    ) AS capacity"""


def _view(row: Record) -> CategoryView:
    fields: dict[str, Any] = dict(row)
    price = {"amount": fields.pop("price_minor"), "currency": fields.pop("currency")}
    return CategoryView(**fields, price=price)


def _counted(category: CategoryView) -> int | None:
    return category.capacity if category.kind == "general" else None


async def of_event(connection: Connection, event_id: UUID) -> list[CategoryView]:
    """In the order in which they were made."""
    rows = await connection.fetch(
        f"""-- event.categories_of_event
        SELECT {COLUMNS} FROM event.categories c WHERE c.event_id = $1 ORDER BY c.position, c.id""",
        event_id,
    )
    return [_view(row) for row in rows]


async def find(connection: Connection, event_id: UUID, category_id: UUID) -> CategoryView:
    """Raises NotFound."""
    row = await connection.fetchrow(
        f"""-- event.find_category
        SELECT {COLUMNS} FROM event.categories c WHERE c.event_id = $1 AND c.id = $2""",
        event_id,
        category_id,
    )
    if row is None:
        raise NotFound
    return _view(row)


async def insert(
    connection: Connection, organization_id: UUID, category: CategoryView, position: int
) -> None:
    """The caller holds the event's lock."""
    await connection.execute(
        """-- event.insert_category
        INSERT INTO event.categories (id, organization_id, event_id, name, kind, price_minor, currency,
            capacity, color, per_person, version, series_key, position)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)""",
        category.id,
        organization_id,
        category.event_id,
        category.name,
        category.kind,
        category.price.amount,
        category.price.currency,
        _counted(category),
        category.color,
        category.per_person,
        category.version,
        category.series_key,
        position,
    )


async def save(connection: Connection, category: CategoryView) -> None:
    """Write what can change; the caller holds the event's lock."""
    await connection.execute(
        """-- event.save_category
        UPDATE event.categories
           SET name = $2, price_minor = $3, capacity = $4, color = $5, per_person = $6, version = $7
         WHERE id = $1""",
        category.id,
        category.name,
        category.price.amount,
        _counted(category),
        category.color,
        category.per_person,
        category.version,
    )


async def delete(connection: Connection, category_id: UUID) -> None:
    """Raises CategoryInUse while places of the layout are in it."""
    with postgres.constraints(REFUSALS):
        await connection.execute(
            """-- event.delete_category
            DELETE FROM event.categories WHERE id = $1""",
            category_id,
        )


async def copy(
    connection: Connection,
    from_event: UUID,
    to_event: UUID,
    new_ids: Mapping[UUID, UUID],
    series_keys: Mapping[UUID, str],
) -> None:
    """The same categories for another event, under *new_ids*; *series_keys* where a series shares them."""
    old = list(new_ids)
    await connection.execute(
        """-- event.copy_categories
        INSERT INTO event.categories (id, organization_id, event_id, name, kind, price_minor, currency,
            capacity, color, per_person, version, series_key, position)
        SELECT m.new_id, c.organization_id, $2, c.name, c.kind, c.price_minor, c.currency, c.capacity,
               c.color, c.per_person, 1, m.series_key, c.position
          FROM event.categories c
          JOIN unnest($3::uuid[], $4::uuid[], $5::text[]) AS m (old_id, new_id, series_key) ON m.old_id = c.id
         WHERE c.event_id = $1""",
        from_event,
        to_event,
        old,
        [new_ids[id] for id in old],
        [series_keys.get(id) for id in old],
    )


async def change_shared(
    connection: Connection, event_ids: Sequence[UUID], key: str, name: str, price_minor: int
) -> None:
    """Name and price of a series' category on these dates; the caller holds the events' locks."""
    await connection.execute(
        """-- event.change_shared_categories
        UPDATE event.categories SET name = $3, price_minor = $4, version = version + 1
         WHERE event_id = ANY($1::uuid[]) AND series_key = $2""",
        event_ids,
        key,
        name,
        price_minor,
    )
