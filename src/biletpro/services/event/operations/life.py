"""An event's life: published, paused, postponed, cancelled, over."""

from collections.abc import Awaitable, Callable
from typing import Final

from biletpro.adapters import idempotency
from biletpro.adapters.postgres import Connection
from biletpro.contracts.event.drafts import CancelEvent, EventOf, EventView, PostponeEvent
from biletpro.contracts.sales import FirmSuspended
from biletpro.kernel.permissions import Caller, Permission

from ..domain import events as domain
from ..store import categories as category_store
from ..store import events as event_store
from ..store import firms as firm_store
from .desk import Desk

COMPLETED_AT_ONCE_MAX: Final = 100

# What a step makes of the locked event.
Change = Callable[[Connection, EventView], Awaitable[EventView]]


class Life(Desk):
    """The steps of an event's life."""

    async def publish(self, caller: Caller, request: EventOf) -> EventView:
        async def change(connection: Connection, event: EventView) -> EventView:
            categories = await category_store.of_event(connection, event.id)
            opened = domain.published(event, categories, self._clock())
            if await firm_store.is_suspended(connection, request.organization_id):
                raise FirmSuspended
            return opened

        return await self._step(caller, request, change, places_too=True)

    async def pause(self, caller: Caller, request: EventOf) -> EventView:
        async def change(_connection: Connection, event: EventView) -> EventView:
            return domain.stepped(event, "pause")

        return await self._step(caller, request, change)

    async def resume(self, caller: Caller, request: EventOf) -> EventView:
        async def change(_connection: Connection, event: EventView) -> EventView:
            return domain.stepped(event, "resume")

        return await self._step(caller, request, change)

    async def postpone(self, caller: Caller, request: PostponeEvent) -> EventView:
        async def change(_connection: Connection, event: EventView) -> EventView:
            return domain.postponed(event, request.postponement, self._clock())

        return await self._step(caller, request, change)

    async def cancel(self, caller: Caller, request: CancelEvent) -> EventView:
        async def change(connection: Connection, event: EventView) -> EventView:
            cancelled = domain.stepped(event, "cancel")
            await event_store.note_cancellation(connection, event.id, request.reason)
            return cancelled

        return await self._step(caller, request, change)

    async def _step(
        self, caller: Caller, request: EventOf, change: Change, *, places_too: bool = False
    ) -> EventView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:

            async def work() -> EventView:
                event = await event_store.lock_event(connection, request.event_id)
                changed = await change(connection, event)
                return await self._changed(connection, changed, places_too=places_too)

            event = await idempotency.once(connection, self._database.schema, caller, EventView, work)
        await self._heard(event)
        return event

    async def complete_passed(self) -> int:
        """Complete events that are over, a hundred at most; how many there were."""
        async with self._database.system("completing events of all firms that are over") as connection:
            passed = await event_store.lock_passed(connection, self._clock(), COMPLETED_AT_ONCE_MAX)
            for event in passed:
                await self._changed(connection, event.model_copy(update={"status": "completed"}))
        return len(passed)
