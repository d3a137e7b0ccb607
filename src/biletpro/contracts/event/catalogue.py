"""The public catalogue: what anyone may know of published events."""

from uuid import UUID

from biletpro.contracts.terms import CategoryKind, EventStatus
from biletpro.kernel.messages import Message, Moment, ShortText
from biletpro.kernel.money import Currency, PriceMoney

from .drafts import EventVenue


class BrowseEvents(Message):
    """`query` and `city` match however their Turkish letters are written."""

    query: ShortText | None = None
    city: ShortText | None = None
    from_time: Moment | None = None
    to_time: Moment | None = None
    limit: int = 24
    after: str | None = None


class Organizer(Message):
    """None of it is known for the seconds before a new firm's name has come through."""

    id: UUID
    name: str | None
    slug: str | None


class EventCard(Message):
    """An event in the catalogue. `price_from` is its cheapest category."""

    id: UUID
    slug: str
    title: str
    venue: EventVenue
    starts_at: Moment
    ends_at: Moment | None
    doors_at: Moment | None
    timezone: str
    status: EventStatus
    price_from: PriceMoney | None
    organizer: Organizer


class EventCards(Message):
    items: list[EventCard]
    next: str | None


class PublicCategory(Message):
    id: UUID
    name: str
    kind: CategoryKind
    price: PriceMoney
    color: str | None
    per_person: bool


class PublicEvent(EventCard):
    """All that a buyer may know of an event; it stays readable when it is over or cancelled."""

    description: str
    sales_start: Moment | None
    sales_end: Moment | None
    currency: Currency
    max_per_order: int
    max_per_buyer: int | None
    hold_minutes: int
    version: int
    layout_version: int
    has_layout: bool
    categories: list[PublicCategory]


class PublicEventOf(Message):
    """An event by its id or slug."""

    event: str
