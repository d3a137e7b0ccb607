"""Creating, reading and editing the events of a firm."""

from biletpro.adapters import idempotency
from biletpro.contracts.event.drafts import (
    CopyEvent,
    CreateEvent,
    EditEvent,
    EventList,
    EventOf,
    EventView,
    ListEvents,
)
from biletpro.contracts.patches import check_version
from biletpro.kernel.permissions import Caller, Permission

from ..domain import events as domain
from ..domain.pages import cursor, parsed_cursor
from ..store import events as event_store
from .desk import Desk, page_size


class EventEdits(Desk):
    """Drafts and what is written on events."""

    async def create_event(self, caller: Caller, request: CreateEvent) -> EventView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        event = domain.drafted(request.event, request.organization_id, None, self._clock())
        async with self._database.tenant(request.organization_id) as connection:

            async def work() -> EventView:
                return await event_store.insert_event(connection, event)

            return await idempotency.once(connection, self._database.schema, caller, EventView, work)

    async def firm_events(self, caller: Caller, request: ListEvents) -> EventList:
        caller.require(Permission.EVENTS_READ, request.organization_id)
        limit, after = page_size(request.limit), parsed_cursor(request.after)
        async with self._database.tenant(request.organization_id) as connection:
            found = await event_store.page_of_firm(connection, request.organization_id, after, limit + 1)
        items = found[:limit]
        more = len(found) > limit
        return EventList(items=items, next=cursor(items[-1].starts_at, items[-1].id) if more else None)

    async def firm_event(self, caller: Caller, request: EventOf) -> EventView:
        caller.require(Permission.EVENTS_READ, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            return await event_store.find_event(connection, request.event_id)

    async def edit_event(self, caller: Caller, request: EditEvent) -> EventView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:

            async def work() -> EventView:
                event = await event_store.lock_event(connection, request.event_id)
                check_version(request.version, event.version)
                domain.require_lasting(event)
                return await self._changed(connection, domain.merged(event, request.changes))

            event = await idempotency.once(connection, self._database.schema, caller, EventView, work)
        await self._heard(event)
        return event

    async def copy(self, caller: Caller, request: CopyEvent) -> EventView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:

            async def work() -> EventView:
                template = await event_store.find_event(connection, request.event_id)
                copy = domain.copied(template, request.copy_to.starts_at, request.copy_to.title)
                return await self._insert_copy(connection, template, copy, None, {})

            return await idempotency.once(connection, self._database.schema, caller, EventView, work)
