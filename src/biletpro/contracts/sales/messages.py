"""What goes into sales and what comes out."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from biletpro.kernel.events import Position
from biletpro.kernel.messages import (
    Count,
    Flag,
    LongText,
    Message,
    Moment,
    Quantity,
    ShortText,
    Word,
    storable,
)
from biletpro.kernel.money import Money

# Judged by its shape alone, because this is the hottest path there is; whether mail arrives shows when it is sent.
BuyerEmail = Annotated[
    str,
    Field(
        max_length=254,
        pattern=r"^[^@\s\x00-\x20\"(),:;<>\[\\\]]{1,64}@[^@\s\x00-\x20\"(),:;<>\[\\\]]{1,190}\.[^@\s\x00-\x20.]{2,63}$",
        json_schema_extra={"format": "email"},
    ),
    AfterValidator(storable),
]
OrderStatus = Literal["pending", "confirmed", "cancelled", "expired"]
PaymentStatus = Literal["unpaid", "part_paid", "paid", "overpaid", "refunded", "part_refunded"]
TicketStatus = Literal["valid", "cancelled", "revoked"]
ITEMS_MAX = 20
PLACES_PER_ITEM_MAX = 100


class WantedPlace(Message):
    """A numbered place; `guests` for tables sold per person."""

    id: UUID
    guests: Quantity | None = None


class HoldItem(Message):
    """Places of one category: a quantity (of `general`, or the best available numbered ones), or chosen places."""

    category_id: UUID
    quantity: Quantity | None = None
    places: Annotated[list[WantedPlace], Field(min_length=1, max_length=PLACES_PER_ITEM_MAX)] | None = None
    best_available: Flag = False

    @model_validator(mode="after")
    def _one_way_of_asking(self) -> "HoldItem":
        if (self.quantity is None) == (self.places is None):
            raise ValueError("give either quantity or places")
        if self.best_available and self.quantity is None:
            raise ValueError("best_available goes with quantity")
        if self.places is not None and len({place.id for place in self.places}) != len(self.places):
            raise ValueError("a place is named twice")
        return self


class HoldBody(Message):
    """What a buyer asks for."""

    items: Annotated[list[HoldItem], Field(min_length=1, max_length=ITEMS_MAX)]

    @model_validator(mode="after")
    def _each_category_once(self) -> "HoldBody":
        if len({item.category_id for item in self.items}) != len(self.items):
            raise ValueError("a category is named twice")
        return self


class HoldPlaces(Message):
    """Claim places of one event."""

    event_id: UUID
    items: list[HoldItem]


class PlaceLabel(Message):
    """Where it is, as printed on the ticket."""

    id: UUID
    section: str
    row: str
    label: str


class Line(Message):
    """One ticket's worth: `total` = face - discount + fee; `tax` is the part of total that is tax."""

    category_id: UUID
    category: str
    place: PlaceLabel | None
    admits: int
    face: Money
    discount: Money
    fee: Money
    tax: Money
    total: Money


class Hold(Message):
    """A buyer's timed claim. `token` owns it and is given only to who made it."""

    id: UUID
    event_id: UUID
    status: Literal["live", "ordered", "released", "expired"]
    token: str
    expires_at: Moment
    lines: list[Line]
    total: Money


class HoldRef(Message):
    """A hold and the secret that owns it."""

    hold_id: UUID
    token: str


class ChangeHold(Message):
    """Replace what a hold claims."""

    hold_id: UUID
    token: str
    items: list[HoldItem]


class QuoteBody(Message):
    voucher: Word | None = None


class QuoteHold(Message):
    hold_id: UUID
    token: str
    voucher: Word | None


class Quote(Message):
    """What the hold would cost as an order."""

    lines: list[Line]
    total: Money


class Buyer(Message):
    """Who pays. The phone is brought to E.164 (a Turkish number may be written without its country)."""

    name: ShortText
    email: BuyerEmail
    phone: Word | None = None


class Consent(Message):
    """A text that the buyer accepted, by kind and version."""

    kind: Literal["distance_sales", "information_form", "privacy", "commercial"]
    version: Word


class Attendee(Message):
    """Who comes in on the n-th line; lines without one are in the buyer's name."""

    name: ShortText


class OrderBody(Message):
    """Turn a hold into an order."""

    hold_id: UUID
    buyer: Buyer
    attendees: Annotated[list[Attendee], Field(max_length=1_000)] | None = None
    voucher: Word | None = None
    consents: Annotated[list[Consent], Field(max_length=10)] | None = None


class PlaceOrder(Message):
    token: str
    body: OrderBody


class Ticket(Message):
    """The right to enter. `code` is what is scanned."""

    id: UUID
    n: int
    code: str
    holder: str
    category: str
    place: PlaceLabel | None
    admits: int
    status: TicketStatus


class Order(Message):
    """What a buyer bought. `secret` owns it; it is empty where the caller did not come with it."""

    id: UUID
    code: str
    secret: str
    event_id: UUID
    status: OrderStatus
    payment_status: PaymentStatus
    created_at: Moment
    expires_at: Moment | None
    buyer: Buyer
    lines: list[Line]
    total: Money
    paid: Money
    tickets: list[Ticket]


class OrderRef(Message):
    """An order by its code, and the secret that owns it."""

    code: str
    secret: str


class CardBody(Message):
    """Sandbox only; never stored, never logged."""

    number: Annotated[str, Field(pattern=r"^[0-9 ]{12,23}$", repr=False)]
    expiry: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])/[0-9]{2}$", repr=False)]
    cvc: Annotated[str, Field(pattern=r"^[0-9]{3,4}$", repr=False)]


class PaymentBody(Message):
    """`return_url` is where the bank's page sends the browser back to."""

    provider: Word
    return_url: Annotated[str, Field(max_length=2_000, pattern=r"^https?://[\x21-\x7e]+$")] | None = None
    card: CardBody | None = None


class StartPayment(Message):
    code: str
    secret: str
    body: PaymentBody
    callback_base: str


class PaymentRef(Message):
    code: str
    secret: str
    payment_id: UUID


class Payment(Message):
    """A try at paying. Pending ones end by the bank's callback or by asking the bank."""

    id: UUID
    status: Literal["succeeded", "pending", "refused"]
    redirect_url: str | None = None
    reason: str | None = None


class PaymentNotice(Message):
    """A provider's callback as it came. It is never believed: the provider is asked back."""

    provider: str
    content_type: str
    body: bytes
    signature: str | None


class NoticeTaken(Message):
    """`return_url` is set where a browser brought the notice."""

    return_url: str | None


class AvailabilityRequest(Message):
    event_id: UUID
    since: int | None = None


class CategoryAvailability(Message):
    category_id: UUID
    kind: Literal["general", "seats", "tables"]
    available: int


class PlaceChange(Message):
    """A place by its number in layout order and its state now: f free, h held, s sold, c closed."""

    n: int
    state: Literal["f", "h", "s", "c"]


class Availability(Message):
    """At most one second old. `states` has one character a place in layout order, unless changes were asked for."""

    event_id: UUID
    status: str
    categories: list[CategoryAvailability]
    version: int | None
    layout_version: int | None
    states: str | None
    changes: list[PlaceChange] | None


class ListOrders(Message):
    organization_id: UUID
    query: ShortText | None = None
    event: UUID | None = None
    status: OrderStatus | None = None
    payment_status: PaymentStatus | None = None
    limit: int = 50
    after: str | None = None


class OrderSummary(Message):
    id: UUID
    code: str
    event_id: UUID
    status: OrderStatus
    payment_status: PaymentStatus
    created_at: Moment
    buyer: Buyer
    places: int
    total: Money


class OrderList(Message):
    items: list[OrderSummary]
    next: str | None


class FirmOrderRef(Message):
    organization_id: UUID
    code: str


class HistoryEntry(Message):
    """What happened to an order, in order."""

    at: Moment
    what: str
    facts: dict[str, Any]


class FirmOrder(Message):
    """An order as its firm sees it. Ticket codes stay with the buyer and the door."""

    order: Order
    history: list[HistoryEntry]


class CancelBody(Message):
    reason: LongText = ""


class CancelFirmOrder(Message):
    organization_id: UUID
    code: str
    reason: str


class ChangeCapacity(Message):
    """Set the capacity of a counted category, now, if what is sold and held fits."""

    event_id: UUID
    category_id: UUID
    capacity: Count


class WithdrawPlaces(Message):
    """Take free numbered places off sale, now, all or none."""

    event_id: UUID
    place_ids: list[UUID]


class CaughtUp(Message):
    """Wait (bounded) until sales has applied the event service's feed up to here."""

    position: Position
