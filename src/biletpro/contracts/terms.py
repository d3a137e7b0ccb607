"""The terms of a published event: what event tells sales, whole, at every change."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from biletpro.kernel.events import Event
from biletpro.kernel.messages import Count, Flag, Message, Moment
from biletpro.kernel.money import Currency, PriceMoney

CategoryKind = Literal["general", "seats", "tables"]
EventStatus = Literal["draft", "published", "paused", "postponed", "cancelled", "completed"]
PlaceState = Literal["open", "house_hold", "killed"]
BasisPoints = Annotated[int, Field(strict=True, ge=0, le=10_000)]


class CategoryTerms(Message):
    """A price zone. `capacity` counts for `general` only; numbered kinds are counted by their open places.

    `price` is the face value of one place or seat; of a table: of the whole table, or of one guest where `per_person`.
    """

    id: UUID
    name: str
    kind: CategoryKind
    price: PriceMoney
    per_person: Flag
    capacity: Count


class PlaceTerms(Message):
    """A seat or a table. `row_rank` counts rows from the front, `seat_rank` places along the row, both from 0.

    Best available looks for neighbours: same section and row, consecutive `seat_rank`.
    """

    id: UUID
    category_id: UUID
    section: str
    row: str
    label: str
    row_rank: int
    seat_rank: int
    guests_min: int
    guests_max: int
    state: PlaceState


class EventTerms(Message):
    """All that selling needs to know. `version` grows with every change; `tax_rate_bp` is inside the price.

    `places` stand in layout order; they are None when the layout is as it was at `layout_version`.
    """

    event_id: UUID
    organization_id: UUID
    version: int
    layout_version: int
    status: EventStatus
    title: str
    slug: str
    venue_name: str
    city: str
    timezone: str
    currency: Currency
    starts_at: Moment
    ends_at: Moment | None
    doors_at: Moment | None
    sales_start: Moment | None
    sales_end: Moment | None
    max_per_order: int
    max_per_buyer: int | None
    hold_minutes: int
    tax_rate_bp: BasisPoints
    fee_rate_bp: BasisPoints
    categories: list[CategoryTerms]
    places: list[PlaceTerms] | None


class EventTermsChanged(Event):
    """A published event has these terms from now on. Heard by: sales, analytics."""

    terms: EventTerms

    def event_key(self) -> UUID:
        return self.terms.event_id
