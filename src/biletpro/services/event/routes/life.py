"""Steps of an event's life."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from biletpro.adapters.http.guard import Guard
from biletpro.contracts.event.drafts import (
    CancelEvent,
    Cancellation,
    EventOf,
    EventView,
    PostponeEvent,
    Postponement,
)
from biletpro.kernel.permissions import Caller

from ..operations import EventOperations


def add_to(router: APIRouter, operations: EventOperations, guard: Guard) -> None:
    @router.post("/events/{event}/publish")
    async def publish(
        org: UUID, event: UUID, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> EventView:
        return await operations.publish(caller, EventOf(organization_id=org, event_id=event))

    @router.post("/events/{event}/pause")
    async def pause(org: UUID, event: UUID, caller: Annotated[Caller, Depends(guard.signed_in)]) -> EventView:
        return await operations.pause(caller, EventOf(organization_id=org, event_id=event))

    @router.post("/events/{event}/resume")
    async def resume(
        org: UUID, event: UUID, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> EventView:
        return await operations.resume(caller, EventOf(organization_id=org, event_id=event))

    @router.post("/events/{event}/postpone")
    async def postpone(
        org: UUID, event: UUID, body: Postponement, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> EventView:
        return await operations.postpone(
            caller, PostponeEvent(organization_id=org, event_id=event, postponement=body)
        )

    @router.post("/events/{event}/cancel")
    async def cancel(
        org: UUID, event: UUID, body: Cancellation, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> EventView:
        return await operations.cancel(
            caller, CancelEvent(organization_id=org, event_id=event, reason=body.reason)
        )
