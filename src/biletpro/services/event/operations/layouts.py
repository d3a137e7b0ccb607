"""Layouts and the state of places. What leaves the sale of a published event is agreed with sales first."""

from collections.abc import Sequence

from biletpro.adapters import idempotency
from biletpro.contracts.event.drafts import EventOf, EventView
from biletpro.contracts.event.layouts import Layout, LayoutView, PlacesSet, PutLayout, SetPlaces
from biletpro.contracts.sales import WithdrawPlaces
from biletpro.kernel.errors import NotFound, Stale
from biletpro.kernel.permissions import Caller, Permission

from ..domain import events as domain
from ..domain.layouts import (
    Place,
    arranged,
    check_categories,
    check_drawing,
    disturbed,
    frame,
    layout_view,
)
from ..store import categories as category_store
from ..store import events as event_store
from ..store import places as place_store
from .desk import EVENT, Desk


class LayoutEdits(Desk):
    """The drawing of an event and the states of its places."""

    async def layout(self, caller: Caller, request: EventOf) -> LayoutView:
        caller.require(Permission.EVENTS_READ, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            event = await event_store.find_event(connection, request.event_id)
            drawing = await place_store.frame_of(connection, event.id)
            places = await place_store.of_event(connection, event.id)
        return layout_view(event.layout_version, drawing, places)

    async def put_layout(self, caller: Caller, request: PutLayout) -> LayoutView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        check_drawing(request.layout)
        async with self._database.tenant(request.organization_id) as connection:
            answer = await idempotency.answered(connection, self._database.schema, caller, LayoutView)
            if answer is not None:
                return answer
            seen = await event_store.find_event(connection, request.event_id)
            categories = await category_store.of_event(connection, seen.id)
            known = {place.key: place for place in await place_store.of_event(connection, seen.id)}
        domain.check_given_version(request.version, seen.layout_version)
        domain.require_lasting(seen)
        check_categories(request.layout, categories)
        places = arranged(request.layout, known)
        leaving = disturbed(known, places)
        if seen.published_at is not None and leaving:
            await self._sales.withdraw_places(EVENT, WithdrawPlaces(event_id=seen.id, place_ids=leaving))
            async with self._after_sales_agreed(seen):
                return await self._save_layout(caller, seen, request.layout, places)
        return await self._save_layout(caller, seen, request.layout, places)

    async def _save_layout(
        self, caller: Caller, seen: EventView, layout: Layout, places: Sequence[Place]
    ) -> LayoutView:
        """Write what was decided on what was seen. Raises Stale when that has changed meanwhile."""
        async with self._database.tenant(seen.organization_id) as connection:

            async def work() -> LayoutView:
                event = await event_store.lock_event(connection, seen.id)
                if event.version != seen.version:
                    raise Stale(version=event.version)
                drawing = frame(layout)
                await place_store.save_frame(connection, event.organization_id, event.id, drawing)
                await place_store.replace(connection, event.organization_id, event.id, places)
                event = await self._changed(connection, event, places_too=True)
                return layout_view(event.layout_version, drawing, places)

            answer = await idempotency.once(connection, self._database.schema, caller, LayoutView, work)
        await self._heard(seen)
        return answer

    async def set_places(self, caller: Caller, request: SetPlaces) -> PlacesSet:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            answer = await idempotency.answered(connection, self._database.schema, caller, PlacesSet)
            if answer is not None:
                return answer
            seen = await event_store.find_event(connection, request.event_id)
            states = await place_store.states(connection, seen.id, request.patch.ids)
        unknown = sorted({str(id) for id in request.patch.ids if id not in states})
        if unknown:
            raise NotFound(ids=unknown)
        domain.require_lasting(seen)
        leaving = [id for id, state in states.items() if state == "open"]
        if seen.published_at is not None and request.patch.state != "open" and leaving:
            await self._sales.withdraw_places(EVENT, WithdrawPlaces(event_id=seen.id, place_ids=leaving))
            async with self._after_sales_agreed(seen):
                return await self._save_states(caller, seen, request)
        return await self._save_states(caller, seen, request)

    async def _save_states(self, caller: Caller, seen: EventView, request: SetPlaces) -> PlacesSet:
        patch = request.patch
        async with self._database.tenant(seen.organization_id) as connection:

            async def work() -> PlacesSet:
                event = await event_store.lock_event(connection, seen.id)
                if event.version != seen.version:
                    raise Stale(version=event.version)
                states = await place_store.states(connection, event.id, patch.ids)
                changed = [id for id in dict.fromkeys(patch.ids) if states[id] != patch.state]
                if changed:
                    await place_store.set_state(connection, event.id, changed, patch.state)
                    await place_store.note_change(
                        connection,
                        event.organization_id,
                        event.id,
                        changed,
                        state=patch.state,
                        reason=patch.reason,
                        actor=caller.principal(),
                        now=self._clock(),
                    )
                    event = await self._changed(connection, event, places_too=True)
                return PlacesSet(state=patch.state, changed=changed, layout_version=event.layout_version)

            answer = await idempotency.once(connection, self._database.schema, caller, PlacesSet, work)
        await self._heard(seen)
        return answer
