"""Layouts: a drawing becomes places in layout order, and places become a drawing again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from biletpro.contracts.event.drafts import CategoryView
from biletpro.contracts.event.layouts import (
    PLACES_MAX,
    Layout,
    LayoutRow,
    LayoutSeat,
    LayoutSection,
    LayoutTable,
    LayoutView,
    RowView,
    SeatView,
    SectionView,
    TableView,
)
from biletpro.contracts.terms import PlaceState, PlaceTerms
from biletpro.kernel.errors import Invalid
from biletpro.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Place:
    """A seat or a table. `position` is its number in layout order; tables have no row."""

    id: UUID
    category_id: UUID
    kind: Literal["seats", "tables"]
    key: str
    label: str
    section: str
    row_label: str
    section_key: str | None
    row_key: str | None
    x: float
    y: float
    row_rank: int
    seat_rank: int
    guests_min: int
    guests_max: int
    position: int
    state: PlaceState


def place_terms(place: Place) -> PlaceTerms:
    return PlaceTerms(
        id=place.id,
        category_id=place.category_id,
        section=place.section,
        row=place.row_label,
        label=place.label,
        row_rank=place.row_rank,
        seat_rank=place.seat_rank,
        guests_min=place.guests_min,
        guests_max=place.guests_max,
        state=place.state,
    )


def check_drawing(layout: Layout) -> None:
    """Raises Invalid, naming the field, for doubled keys, too many places, or a table for nobody."""
    _once([section.key for section in layout.sections], "sections")
    for n, section in enumerate(layout.sections):
        _once([row.key for row in section.rows], f"sections.{n}.rows")
    seen: set[str] = set()
    for path, spot in _spots(layout):
        if spot.key in seen:
            raise Invalid(f"the key {spot.key} is used twice", field=f"{path}.key")
        if isinstance(spot, LayoutTable) and spot.guests_min > spot.guests_max:
            raise Invalid("at least guests_min", field=f"{path}.guests_max")
        seen.add(spot.key)
    if len(seen) > PLACES_MAX:
        raise Invalid(f"at most {PLACES_MAX} places", field="sections")


def check_categories(layout: Layout, categories: Sequence[CategoryView]) -> None:
    """Raises Invalid where a place is in a category of another event or of the wrong kind."""
    kinds = {category.id: category.kind for category in categories}
    for path, spot in _spots(layout):
        wanted = "tables" if isinstance(spot, LayoutTable) else "seats"
        if kinds.get(spot.category_id) != wanted:
            raise Invalid(f"a category of this event, of kind {wanted}", field=f"{path}.category_id")


def _once(keys: Sequence[str], path: str) -> None:
    for n, key in enumerate(keys):
        if key in keys[:n]:
            raise Invalid(f"the key {key} is used twice", field=f"{path}.{n}.key")


def _spots(layout: Layout) -> Iterator[tuple[str, LayoutSeat | LayoutTable]]:
    for s, section in enumerate(layout.sections):
        for r, row in enumerate(section.rows):
            for n, seat in enumerate(row.seats):
                yield f"sections.{s}.rows.{r}.seats.{n}", seat
    for n, table in enumerate(layout.tables):
        yield f"tables.{n}", table


def arranged(layout: Layout, known: Mapping[str, Place]) -> list[Place]:
    """The places of a drawing in layout order. A place whose key is *known* keeps its id and state."""
    places: list[Place] = []
    row_rank = 0
    for section in layout.sections:
        for row in section.rows:
            for seat_rank, seat in enumerate(row.seats):
                places.append(
                    _seat(section, row, seat, known.get(seat.key), (row_rank, seat_rank, len(places)))
                )
            row_rank += 1
    for table_rank, table in enumerate(layout.tables):
        places.append(_table(table, known.get(table.key), (table_rank, len(places))))
    return places


def _seat(
    section: LayoutSection, row: LayoutRow, seat: LayoutSeat, old: Place | None, ranks: tuple[int, int, int]
) -> Place:
    row_rank, seat_rank, position = ranks
    return Place(
        id=new_id() if old is None else old.id,
        category_id=seat.category_id,
        kind="seats",
        key=seat.key,
        label=seat.label,
        section=section.name,
        row_label=row.label,
        section_key=section.key,
        row_key=row.key,
        x=seat.x,
        y=seat.y,
        row_rank=row_rank,
        seat_rank=seat_rank,
        guests_min=1,
        guests_max=1,
        position=position,
        state="open" if old is None else old.state,
    )


def _table(table: LayoutTable, old: Place | None, ranks: tuple[int, int]) -> Place:
    table_rank, position = ranks
    return Place(
        id=new_id() if old is None else old.id,
        category_id=table.category_id,
        kind="tables",
        key=table.key,
        label=table.label,
        section="" if table.section is None else table.section,
        row_label="",
        section_key=None,
        row_key=None,
        x=table.x,
        y=table.y,
        row_rank=0,
        seat_rank=table_rank,
        guests_min=table.guests_min,
        guests_max=table.guests_max,
        position=position,
        state="open" if old is None else old.state,
    )


def disturbed(known: Mapping[str, Place], places: Sequence[Place]) -> list[UUID]:
    """The places that a new drawing removes or moves to another category: sales must let go of them first."""
    kept = {place.id: place.category_id for place in places}
    return [place.id for place in known.values() if kept.get(place.id) != place.category_id]


def frame(layout: Layout) -> Layout:
    """The drawing without its places."""
    return Layout(
        sections=[
            section.model_copy(
                update={"rows": [row.model_copy(update={"seats": []}) for row in section.rows]}
            )
            for section in layout.sections
        ],
        background=layout.background,
    )


def layout_view(version: int, drawing: Layout, places: Sequence[Place], *, states: bool = True) -> LayoutView:
    """The drawing with its places in it; without *states* for the public."""
    rows: dict[tuple[str | None, str | None], list[SeatView]] = {}
    tables: list[TableView] = []
    for place in places:
        state = place.state if states else None
        if place.kind == "tables":
            tables.append(_table_view(place, state))
        else:
            rows.setdefault((place.section_key, place.row_key), []).append(_seat_view(place, state))
    return LayoutView(
        version=version,
        sections=[
            SectionView(
                key=section.key,
                name=section.name,
                rows=[
                    RowView(key=row.key, label=row.label, seats=rows.get((section.key, row.key), []))
                    for row in section.rows
                ],
            )
            for section in drawing.sections
        ],
        tables=tables,
        background=drawing.background,
    )


def _seat_view(place: Place, state: PlaceState | None) -> SeatView:
    return SeatView(
        key=place.key,
        label=place.label,
        category_id=place.category_id,
        x=place.x,
        y=place.y,
        id=place.id,
        state=state,
    )


def _table_view(place: Place, state: PlaceState | None) -> TableView:
    return TableView(
        key=place.key,
        label=place.label,
        category_id=place.category_id,
        section=place.section or None,
        x=place.x,
        y=place.y,
        guests_min=place.guests_min,
        guests_max=place.guests_max,
        id=place.id,
        state=state,
    )
