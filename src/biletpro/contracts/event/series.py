"""Saved venues, and series: one play, thirty dates."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from biletpro.contracts.patches import Changes, absent
from biletpro.contracts.terms import CategoryKind, EventStatus
from biletpro.kernel.messages import Message, Moment, ShortText, Word
from biletpro.kernel.money import PriceMoney

from .layouts import Layout

SERIES_DATES_MAX = 100


class NewVenue(Message):
    """A saved venue. The category ids of its layout are the drawing's own zones, mapped when it is used."""

    name: ShortText
    city: ShortText
    address: ShortText | None = None
    layout: Layout | None = None


class VenueView(Message):
    """`layout` is left out of lists."""

    id: UUID
    name: str
    city: str
    address: str | None
    has_layout: bool
    layout: Layout | None = None


class AddVenue(Message):
    organization_id: UUID
    venue: NewVenue


class VenueOf(Message):
    organization_id: UUID
    venue_id: UUID


class ListVenues(Message):
    organization_id: UUID
    limit: int = 50
    after: str | None = None


class VenueList(Message):
    items: list[VenueView]
    next: str | None


class NewSeries(Message):
    """One play, thirty dates: each becomes a draft like the template, with its categories and layout."""

    title: ShortText
    template_event_id: UUID
    starts_at: Annotated[list[Moment], Field(min_length=1, max_length=SERIES_DATES_MAX)]


class SeriesCategory(Message):
    """A price zone that all dates share, by its key."""

    key: str
    name: str
    kind: CategoryKind
    price: PriceMoney
    per_person: bool


class SeriesDate(Message):
    event_id: UUID
    slug: str
    starts_at: Moment
    status: EventStatus


class SeriesView(Message):
    id: UUID
    title: str
    categories: list[SeriesCategory]
    dates: list[SeriesDate]


class AddSeries(Message):
    organization_id: UUID
    series: NewSeries


class SeriesOf(Message):
    organization_id: UUID
    series_id: UUID


class ListSeries(Message):
    organization_id: UUID
    limit: int = 50
    after: str | None = None


class SeriesSummary(Message):
    id: UUID
    title: str
    dates: int


class SeriesList(Message):
    items: list[SeriesSummary]
    next: str | None


class SeriesCategoryChanges(Changes):
    name: ShortText = absent()
    price: PriceMoney = absent()


class EditSeriesCategory(SeriesOf):
    """Changes the category on every date that is still to come; sold orders keep their price."""

    key: Word
    changes: SeriesCategoryChanges
