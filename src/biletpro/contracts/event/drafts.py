"""An event of a firm and its categories, as staff write and see them, and what is refused about them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from biletpro.contracts.patches import Changes, SeenVersion, absent
from biletpro.contracts.terms import BasisPoints, CategoryKind, EventStatus
from biletpro.kernel.errors import Conflict, Title
from biletpro.kernel.messages import (
    Count,
    Flag,
    LongText,
    Message,
    Moment,
    Quantity,
    ShortText,
    Word,
)
from biletpro.kernel.money import Currency, PriceMoney

HoldMinutes = Annotated[int, Field(strict=True, ge=1, le=60)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class EventStatusRefused(Conflict):
    """Fact: `event_status`, where the event stands now (`status` is the HTTP one in problem documents)."""

    code = "event_status"
    title = Title("Etkinliğin durumu buna izin vermiyor", "The status of the event does not allow this")


class EventNotReady(Conflict):
    """Fact: `reason`: no_categories, nothing_to_sell or starts_in_past."""

    code = "event_not_ready"
    title = Title("Etkinlik yayına hazır değil", "The event is not ready to be published")


class CategoryInUse(Conflict):
    """Places of the layout are in it."""

    code = "category_in_use"
    title = Title("Bu kategori kullanılıyor", "This category is in use")


class EventVenue(Message):
    """Where it takes place, as printed."""

    name: ShortText
    city: ShortText
    address: ShortText | None = None


class NewEvent(Message):
    """An event as its firm writes it. `tax_rate_bp` is inside the price; limits are a buyer's."""

    title: ShortText
    description: LongText = ""
    venue: EventVenue
    starts_at: Moment
    ends_at: Moment | None = None
    doors_at: Moment | None = None
    sales_start: Moment | None = None
    sales_end: Moment | None = None
    timezone: Word
    currency: Currency = "TRY"
    max_per_order: Quantity = 10
    max_per_buyer: Quantity | None = None
    hold_minutes: HoldMinutes = 10
    tax_rate_bp: BasisPoints = 2_000
    fee_rate_bp: BasisPoints = 0


class EventView(NewEvent):
    """An event as its firm sees it. `version` grows with every change, `layout_version` with its places."""

    id: UUID
    organization_id: UUID
    slug: str
    status: EventStatus
    version: int
    layout_version: int
    series_id: UUID | None
    published_at: Moment | None
    created_at: Moment


class VenueChanges(Changes):
    name: ShortText = absent()
    city: ShortText = absent()
    address: ShortText | None = absent()


class EventChanges(Changes):
    """The currency stays: prices and orders are in it."""

    title: ShortText = absent()
    description: LongText = absent()
    venue: VenueChanges = absent()
    starts_at: Moment = absent()
    ends_at: Moment | None = absent()
    doors_at: Moment | None = absent()
    sales_start: Moment | None = absent()
    sales_end: Moment | None = absent()
    timezone: Word = absent()
    max_per_order: Quantity = absent()
    max_per_buyer: Quantity | None = absent()
    hold_minutes: HoldMinutes = absent()
    tax_rate_bp: BasisPoints = absent()
    fee_rate_bp: BasisPoints = absent()


class CreateEvent(Message):
    organization_id: UUID
    event: NewEvent


class EventOf(Message):
    """One event of a firm."""

    organization_id: UUID
    event_id: UUID


class ListEvents(Message):
    organization_id: UUID
    limit: int = 50
    after: str | None = None


class EventList(Message):
    items: list[EventView]
    next: str | None


class EditEvent(EventOf):
    """`version` is what the caller saw."""

    version: SeenVersion
    changes: EventChanges


class Postponement(Message):
    """The new date. Times that are left out move along with the start."""

    starts_at: Moment
    ends_at: Moment | None = None
    doors_at: Moment | None = None
    sales_end: Moment | None = None


class PostponeEvent(EventOf):
    postponement: Postponement


class Cancellation(Message):
    reason: LongText


class CancelEvent(EventOf):
    reason: LongText


class CopyTo(Message):
    starts_at: Moment
    title: ShortText | None = None


class CopyEvent(EventOf):
    copy_to: CopyTo


class NewCategory(Message):
    """A price zone. `capacity` is for `general` alone: the others count places. `per_person` is of tables."""

    name: ShortText
    kind: CategoryKind
    price: PriceMoney
    capacity: Count | None = None
    color: Color | None = None
    per_person: Flag = False


class CategoryView(Message):
    """`capacity` of a numbered kind is the number of its open places."""

    id: UUID
    event_id: UUID
    name: str
    kind: CategoryKind
    price: PriceMoney
    capacity: int
    color: str | None
    per_person: bool
    version: int
    series_key: str | None


class CategoryChanges(Changes):
    """The kind stays: another kind is another category."""

    name: ShortText = absent()
    price: PriceMoney = absent()
    capacity: Count = absent()
    color: Color | None = absent()
    per_person: Flag = absent()


class AddCategory(EventOf):
    category: NewCategory


class CategoryOf(EventOf):
    category_id: UUID


class EditCategory(CategoryOf):
    """`version` is checked where it is given."""

    version: SeenVersion
    changes: CategoryChanges


class CategoryList(Message):
    items: list[CategoryView]
    next: None = None
