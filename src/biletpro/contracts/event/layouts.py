"""Layouts: sections, rows and seats, and tables, drawn by a firm and read by everybody."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from biletpro.contracts.patches import SeenVersion
from biletpro.contracts.terms import PlaceState
from biletpro.kernel.messages import Message, Quantity, ShortText, Word

from .drafts import EventOf

PLACES_MAX = 20_000
SECTIONS_MAX = 500
ROWS_MAX = 500
PLACE_IDS_MAX = 1_000

Coordinate = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]
Picture = Annotated[str, Field(max_length=2_000, pattern=r"^(https://|/)[\x21-\x7e]*$")]


class LayoutSeat(Message):
    """`key` is the drawing's own name of the place: it keeps its identity by it."""

    key: Word
    label: Word
    category_id: UUID
    x: Coordinate
    y: Coordinate


class LayoutRow(Message):
    """Seats from left to right."""

    key: Word
    label: Word
    seats: Annotated[list[LayoutSeat], Field(max_length=PLACES_MAX)]


class LayoutSection(Message):
    """Rows from the front."""

    key: Word
    name: Word
    rows: Annotated[list[LayoutRow], Field(max_length=ROWS_MAX)]


class LayoutTable(Message):
    key: Word
    label: Word
    category_id: UUID
    section: Word | None = None
    x: Coordinate
    y: Coordinate
    guests_min: Quantity
    guests_max: Quantity


class Layout(Message):
    """A drawing: sections from the front, then tables. `background` is a picture's address."""

    sections: Annotated[list[LayoutSection], Field(max_length=SECTIONS_MAX)] = Field(default_factory=list)
    tables: Annotated[list[LayoutTable], Field(max_length=PLACES_MAX)] = Field(default_factory=list)
    background: Picture | None = None


class SeatView(LayoutSeat):
    """`state` is the firm's business: the public asks for availability."""

    id: UUID
    state: PlaceState | None


class RowView(Message):
    key: str
    label: str
    seats: list[SeatView]


class SectionView(Message):
    key: str
    name: str
    rows: list[RowView]


class TableView(LayoutTable):
    id: UUID
    state: PlaceState | None


class LayoutView(Message):
    """A layout with the ids of its places. Availability speaks of them in this order: seats, then tables."""

    version: int
    sections: list[SectionView]
    tables: list[TableView]
    background: str | None


class PutLayout(EventOf):
    """`version` is the layout's; it is checked where it is given."""

    version: SeenVersion
    layout: Layout


class PlacesPatch(Message):
    ids: Annotated[list[UUID], Field(min_length=1, max_length=PLACE_IDS_MAX)]
    state: PlaceState
    reason: ShortText


class SetPlaces(EventOf):
    patch: PlacesPatch


class PlacesSet(Message):
    """`changed` are those that were in another state."""

    state: PlaceState
    changed: list[UUID]
    layout_version: int
