"""Statements about layouts and places."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from biletpro.adapters.postgres import Connection
from biletpro.contracts.event.layouts import Layout
from biletpro.contracts.terms import PlaceState
from biletpro.kernel.ids import new_id

from ..domain.layouts import Place

COLUMNS: Final = """id, category_id, kind, key, label, section, row_label, section_key, row_key, x, y,
    row_rank, seat_rank, guests_min, guests_max, position, state"""


async def frame_of(connection: Connection, event_id: UUID) -> Layout:
    """The drawing without its places; empty where nothing was drawn."""
    text = await connection.fetchval(
        """-- event.frame_of
        SELECT frame FROM event.layouts WHERE event_id = $1""",
        event_id,
    )
    return Layout() if text is None else Layout.model_validate_json(text)


async def save_frame(connection: Connection, organization_id: UUID, event_id: UUID, frame: Layout) -> None:
    await connection.execute(
        """-- event.save_frame
        INSERT INTO event.layouts (event_id, organization_id, frame) VALUES ($1, $2, $3)
        ON CONFLICT ON CONSTRAINT layouts_key DO UPDATE SET frame = excluded.frame""",
        event_id,
        organization_id,
        frame.model_dump_json(),
    )


async def of_event(connection: Connection, event_id: UUID) -> list[Place]:
    """In layout order."""
    rows = await connection.fetch(
        f"""-- event.places_of_event
        SELECT {COLUMNS} FROM event.places WHERE event_id = $1 ORDER BY position""",
        event_id,
    )
    return [Place(**dict(row)) for row in rows]


async def count(connection: Connection, event_id: UUID) -> int:
    found: int = await connection.fetchval(
        """-- event.count_places
        SELECT count(id) FROM event.places WHERE event_id = $1""",
        event_id,
    )
    return found


async def replace(
    connection: Connection, organization_id: UUID, event_id: UUID, places: Sequence[Place]
) -> None:
    """The event has these places and no others; the caller holds its lock."""
    await connection.execute(
        """-- event.delete_places
        DELETE FROM event.places WHERE event_id = $1 AND id <> ALL($2::uuid[])""",
        event_id,
        [place.id for place in places],
    )
    columns = zip(
        *[
            (
                place.id,
                place.category_id,
                place.kind,
                place.key,
                place.label,
                place.section,
                place.row_label,
                place.section_key,
                place.row_key,
                place.x,
                place.y,
                place.row_rank,
                place.seat_rank,
                place.guests_min,
                place.guests_max,
                place.position,
                place.state,
            )
            for place in places
        ],
        strict=True,
    )
    if places:
        await _upsert(connection, organization_id, event_id, [list(column) for column in columns])


async def _upsert(
    connection: Connection, organization_id: UUID, event_id: UUID, columns: list[list[object]]
) -> None:
    await connection.execute(
        f"""-- event.upsert_places
        INSERT INTO event.places (organization_id, event_id, {COLUMNS})
        SELECT $1, $2, id, category_id, kind, key, label, section, row_label, section_key, row_key, x, y,
               row_rank, seat_rank, guests_min, guests_max, position, state
          FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                      $10::text[], $11::text[], $12::float8[], $13::float8[], $14::bigint[], $15::bigint[],
                      $16::bigint[], $17::bigint[], $18::bigint[], $19::text[]) AS given ({COLUMNS})
        ON CONFLICT ON CONSTRAINT places_key DO UPDATE
           SET category_id = excluded.category_id, kind = excluded.kind, label = excluded.label,
               section = excluded.section, row_label = excluded.row_label, section_key = excluded.section_key,
               row_key = excluded.row_key, x = excluded.x, y = excluded.y, row_rank = excluded.row_rank,
               seat_rank = excluded.seat_rank, guests_min = excluded.guests_min,
               guests_max = excluded.guests_max, position = excluded.position""",
        organization_id,
        event_id,
        *columns,
    )


async def states(connection: Connection, event_id: UUID, ids: Sequence[UUID]) -> dict[UUID, PlaceState]:
    """The state of each of these places that is of this event."""
    rows = await connection.fetch(
        """-- event.place_states
        SELECT id, state FROM event.places WHERE event_id = $1 AND id = ANY($2::uuid[])""",
        event_id,
        ids,
    )
    return {row["id"]: row["state"] for row in rows}


async def set_state(connection: Connection, event_id: UUID, ids: Sequence[UUID], state: PlaceState) -> None:
    await connection.execute(
        """-- event.set_place_state
        UPDATE event.places SET state = $3 WHERE event_id = $1 AND id = ANY($2::uuid[])""",
        event_id,
        ids,
        state,
    )


async def note_change(
    connection: Connection,
    organization_id: UUID,
    event_id: UUID,
    ids: Sequence[UUID],
    *,
    state: PlaceState,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """Who did it and why, for ever."""
    await connection.execute(
        """-- event.note_place_change
        INSERT INTO event.place_changes
            (id, organization_id, event_id, place_ids, state, reason, actor, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        new_id(),
        organization_id,
        event_id,
        ids,
        state,
        reason,
        actor,
        now,
    )


async def copy(
    connection: Connection, from_event: UUID, to_event: UUID, category_ids: Mapping[UUID, UUID]
) -> None:
    """The same drawing for another event, every place under a fresh id and in its copied category."""
    await connection.execute(
        """-- event.copy_layout
        INSERT INTO event.layouts (event_id, organization_id, frame)
        SELECT $2, organization_id, frame FROM event.layouts WHERE event_id = $1""",
        from_event,
        to_event,
    )
    old = list(category_ids)
    await connection.execute(
        """-- event.copy_places
        INSERT INTO event.places (id, organization_id, event_id, category_id, kind, key, label, section,
            row_label, section_key, row_key, x, y, row_rank, seat_rank, guests_min, guests_max, position,
            state)
        SELECT uuidv7(), p.organization_id, $2, m.new_id, p.kind, p.key, p.label, p.section, p.row_label,
               p.section_key, p.row_key, p.x, p.y, p.row_rank, p.seat_rank, p.guests_min, p.guests_max,
               p.position, p.state
          FROM event.places p
          JOIN unnest($3::uuid[], $4::uuid[]) AS m (old_id, new_id) ON m.old_id = p.category_id
         WHERE p.event_id = $1""",
        from_event,
        to_event,
        old,
        [category_ids[id] for id in old],
    )
