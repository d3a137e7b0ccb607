"""Events of the demo: drafted, given their categories and layout, and opened, as a firm does it."""

import zoneinfo
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from biletpro.contracts.event import Events
from biletpro.contracts.event.drafts import (
    AddCategory,
    CreateEvent,
    EventOf,
    EventVenue,
    EventView,
    ListEvents,
    NewCategory,
    NewEvent,
)
from biletpro.contracts.event.layouts import PutLayout
from biletpro.kernel.messages import PAGE_MAX
from biletpro.kernel.money import PriceMoney
from biletpro.kernel.permissions import Caller

from .halls import drawn
from .programme import Show, Zone

TIMEZONE: Final = "Europe/Istanbul"
KURUS: Final = 100
DOORS_BEFORE: Final = timedelta(hours=1)
LASTS: Final = timedelta(hours=2)


async def known_events(events: Events, owner: Caller, organization_id: UUID) -> dict[str, EventView]:
    """The firm's events by title."""
    found: dict[str, EventView] = {}
    after = None
    while True:
        page = await events.firm_events(
            owner, ListEvents(organization_id=organization_id, limit=PAGE_MAX, after=after)
        )
        for event in page.items:
            # Somebody may have copied one of ours: the copy is a draft of the same title, and his.
            if event.title not in found or event.status != "draft":
                found[event.title] = event
        if page.next is None:
            return found
        after = page.next


async def staged(
    events: Events, owner: Caller, organization_id: UUID, show: Show, known: EventView | None, now: datetime
) -> EventView:
    """The event of *show*; a *known* one is finished if it is still a draft, else left as it is."""
    if known is not None and known.status != "draft":
        return known
    event = known
    if event is None:
        event = await events.create_event(
            owner, CreateEvent(organization_id=organization_id, event=_written(show, now))
        )
    this = EventOf(organization_id=organization_id, event_id=event.id)
    categories = await category_ids(events, owner, this)
    for zone in show.zones:
        if zone.name not in categories:
            made = await events.add_category(owner, AddCategory(**dict(this), category=_category(zone)))
            categories[zone.name] = made.id
    if show.hall is not None:
        drawing = drawn(show.hall, categories)
        await events.put_layout(owner, PutLayout(**dict(this), version=None, layout=drawing))
    if show.state != "draft":
        event = await events.publish(owner, this)
    if show.state == "paused":
        event = await events.pause(owner, this)
    return event


async def category_ids(events: Events, owner: Caller, event: EventOf) -> dict[str, UUID]:
    """The event's categories by name."""
    found = await events.categories(owner, event)
    return {category.name: category.id for category in found.items}


def _written(show: Show, now: datetime) -> NewEvent:
    zone = zoneinfo.ZoneInfo(TIMEZONE)
    day = now.astimezone(zone).date() + timedelta(days=show.days)
    starts_at = datetime.combine(day, time.fromisoformat(show.time), zone)
    return NewEvent(
        title=show.title,
        description=show.description,
        venue=EventVenue(name=show.venue, city=show.city),
        starts_at=starts_at,
        ends_at=starts_at + LASTS,
        doors_at=starts_at - DOORS_BEFORE,
        timezone=TIMEZONE,
        fee_rate_bp=show.fee_rate_bp,
        max_per_buyer=show.max_per_buyer,
    )


def _category(zone: Zone) -> NewCategory:
    return NewCategory(
        name=zone.name,
        kind=zone.kind,
        price=PriceMoney(amount=zone.price_lira * KURUS, currency="TRY"),
        capacity=zone.capacity,
        color=zone.color,
        per_person=zone.per_person,
    )
