"""An event's dates, status, names and terms."""

import zoneinfo
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final, Literal
from uuid import UUID

from biletpro.contracts.event.drafts import (
    CategoryChanges,
    CategoryView,
    EventChanges,
    EventNotReady,
    EventStatusRefused,
    EventView,
    NewCategory,
    NewEvent,
    Postponement,
)
from biletpro.contracts.patches import check_version
from biletpro.contracts.terms import CategoryTerms, EventStatus, EventTerms
from biletpro.kernel import turkish
from biletpro.kernel.errors import Invalid
from biletpro.kernel.ids import new_id

from .layouts import Place, place_terms

OPEN_END: Final = timedelta(
    hours=12
)  # an event that does not say when it ends is over this long after its start
YEARS: Final = range(2000, 2200)
SLUG_LENGTH_MAX: Final = 80
NAMELESS_SLUG: Final = "etkinlik"

Step = Literal["publish", "pause", "resume", "postpone", "cancel"]
STEPS: Final[dict[Step, tuple[frozenset[EventStatus], EventStatus]]] = {
    "publish": (frozenset({"draft"}), "published"),
    "pause": (frozenset({"published"}), "paused"),
    "resume": (frozenset({"paused", "postponed"}), "published"),
    "postpone": (frozenset({"published", "paused", "postponed"}), "postponed"),
    "cancel": (frozenset({"draft", "published", "paused", "postponed"}), "cancelled"),
}
LASTING: Final[frozenset[EventStatus]] = frozenset({"draft", "published", "paused", "postponed"})


@cache
def _timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def check_event(event: NewEvent) -> None:
    """Raises Invalid, naming the field, for an unknown zone or dates out of order."""
    if event.timezone not in _timezones():
        raise Invalid("an IANA time zone such as Europe/Istanbul", field="timezone")
    for field in ("starts_at", "ends_at", "doors_at", "sales_start", "sales_end"):
        moment = getattr(event, field)
        if moment is not None and moment.year not in YEARS:
            raise Invalid(f"a date from {YEARS.start} to {YEARS.stop - 1}", field=field)
    if event.doors_at is not None and event.doors_at > event.starts_at:
        raise Invalid("doors open before the start", field="doors_at")
    if event.ends_at is not None and event.ends_at < event.starts_at:
        raise Invalid("the end comes after the start", field="ends_at")
    if event.sales_start is not None and event.sales_end is not None and event.sales_start >= event.sales_end:
        raise Invalid("sales end after they start", field="sales_end")


def over_at(event: NewEvent) -> datetime:
    """When the event has passed."""
    return event.ends_at if event.ends_at is not None else event.starts_at + OPEN_END


def search_text(event: NewEvent) -> str:
    """What the catalogue's search looks in, folded."""
    return turkish.search_key(f"{event.title} {event.venue.name} {event.venue.city}")


def slugs(event: NewEvent, event_id: UUID) -> Iterator[str]:
    """Names for its address, plainest first; the last one is taken by nobody else."""
    base = turkish.slug(event.title)[:SLUG_LENGTH_MAX].strip("-") or NAMELESS_SLUG
    local = event.starts_at.astimezone(zoneinfo.ZoneInfo(event.timezone))
    yield base
    yield f"{base}-{local:%Y-%m-%d}"
    yield f"{base}-{local:%Y-%m-%d-%H%M}"
    yield f"{base}-{event_id.hex[-12:]}"


def drafted(event: NewEvent, organization_id: UUID, series_id: UUID | None, now: datetime) -> EventView:
    """A new draft; its slug is settled when it is stored."""
    check_event(event)
    return EventView(
        **{name: getattr(event, name) for name in NewEvent.model_fields},
        id=new_id(),
        organization_id=organization_id,
        slug="",
        status="draft",
        version=1,
        layout_version=0,
        series_id=series_id,
        published_at=None,
        created_at=now,
    )


def copied(event: EventView, starts_at: datetime, title: str | None) -> NewEvent:
    """The same event on another date: times move along, sales open when the original's do."""
    moved = _moved(event, starts_at)
    if moved.sales_end is not None and moved.sales_start is not None and moved.sales_start >= moved.sales_end:
        moved = moved.model_copy(update={"sales_start": None})
    return moved if title is None else moved.model_copy(update={"title": title})


def _moved(event: EventView, starts_at: datetime) -> EventView:
    if starts_at.year not in YEARS:
        raise Invalid(f"a date from {YEARS.start} to {YEARS.stop - 1}", field="starts_at")
    by = starts_at - event.starts_at
    moved = {
        name: moment + by
        for name in ("ends_at", "doors_at", "sales_end")
        if (moment := getattr(event, name)) is not None
    }
    return event.model_copy(update={"starts_at": starts_at, **moved})


def postponed(event: EventView, to: Postponement, now: datetime) -> EventView:
    """On its new date. Raises Invalid, EventStatusRefused."""
    if to.starts_at <= now:
        raise Invalid("a date that is still to come", field="starts_at")
    given = {name: value for name in Postponement.model_fields if (value := getattr(to, name)) is not None}
    event = stepped(_moved(event, to.starts_at).model_copy(update=given), "postpone")
    check_event(event)
    return event


def merged(event: EventView, changes: EventChanges) -> EventView:
    """The event with a merge patch applied. Raises Invalid."""
    given = changes.model_dump()
    fields = event.model_dump()
    fields.update({**given, "venue": {**fields["venue"], **given.get("venue", {})}})
    changed = EventView.model_validate(fields)
    check_event(changed)
    return changed


def check_given_version(seen: int | None, now: int) -> None:
    """Where If-Match is not asked for: raises Stale when it came and names another version."""
    if seen is not None:
        check_version(seen, now)


def require_lasting(event: EventView) -> None:
    """Raises EventStatusRefused for what is cancelled or over."""
    if event.status not in LASTING:
        raise EventStatusRefused(event_status=event.status)


def stepped(event: EventView, step: Step) -> EventView:
    """The event after a step of its life. Raises EventStatusRefused."""
    allowed, status = STEPS[step]
    if event.status not in allowed:
        raise EventStatusRefused(event_status=event.status)
    return event.model_copy(update={"status": status})


def published(event: EventView, categories: Sequence[CategoryView], now: datetime) -> EventView:
    """The event opened to the public. Raises EventNotReady, EventStatusRefused."""
    opened = stepped(event, "publish")
    if not categories:
        raise EventNotReady(reason="no_categories")
    if not any(category.capacity for category in categories):
        raise EventNotReady(reason="nothing_to_sell")
    if event.starts_at <= now:
        raise EventNotReady(reason="starts_in_past")
    return opened.model_copy(update={"published_at": now})


def check_category(category: NewCategory, event: EventView) -> None:
    """Raises Invalid, naming the field."""
    if category.price.currency != event.currency:
        raise Invalid(f"the event is sold in {event.currency}", field="price.currency")
    if category.kind == "general" and category.capacity is None:
        raise Invalid("general admission needs a capacity", field="capacity")
    if category.kind != "general" and category.capacity is not None:
        raise Invalid("numbered places are counted in the layout", field="capacity")
    if category.per_person and category.kind != "tables":
        raise Invalid("only tables are priced by the guest", field="per_person")


def merged_category(category: CategoryView, changes: CategoryChanges, event: EventView) -> CategoryView:
    """The category with a merge patch applied. Raises Invalid."""
    given = changes.model_dump()
    changed = CategoryView.model_validate({**category.model_dump(), **given, "version": category.version + 1})
    capacity = changed.capacity if category.kind == "general" else given.get("capacity")
    check_category(
        NewCategory(
            name=changed.name,
            kind=changed.kind,
            price=changed.price,
            capacity=capacity,
            color=changed.color,
            per_person=changed.per_person,
        ),
        event,
    )
    return changed


def terms(event: EventView, categories: Sequence[CategoryView], places: Sequence[Place] | None) -> EventTerms:
    """All that selling needs to know; *places* where they changed."""
    return EventTerms(
        event_id=event.id,
        organization_id=event.organization_id,
        version=event.version,
        layout_version=event.layout_version,
        status=event.status,
        title=event.title,
        slug=event.slug,
        venue_name=event.venue.name,
        city=event.venue.city,
        timezone=event.timezone,
        currency=event.currency,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        doors_at=event.doors_at,
        sales_start=event.sales_start,
        sales_end=event.sales_end,
        max_per_order=event.max_per_order,
        max_per_buyer=event.max_per_buyer,
        hold_minutes=event.hold_minutes,
        tax_rate_bp=event.tax_rate_bp,
        fee_rate_bp=event.fee_rate_bp,
        categories=[
            CategoryTerms(
                id=category.id,
                name=category.name,
                kind=category.kind,
                price=category.price,
                per_person=category.per_person,
                capacity=category.capacity,
            )
            for category in categories
        ],
        places=None if places is None else [place_terms(place) for place in places],
    )
