"""Events of a firm."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from biletpro.adapters.http.etags import IfMatch, etag, seen_version
from biletpro.adapters.http.guard import Guard
from biletpro.contracts.event.drafts import (
    CopyEvent,
    CopyTo,
    CreateEvent,
    EditEvent,
    EventChanges,
    EventList,
    EventOf,
    EventView,
    ListEvents,
    NewEvent,
)
from biletpro.kernel.permissions import Caller

from ..operations import EventOperations


def add_to(router: APIRouter, operations: EventOperations, guard: Guard) -> None:
    @router.post("/events", status_code=201)
    async def create_event(
        org: UUID, body: NewEvent, caller: Annotated[Caller, Depends(guard.signed_in)], response: Response
    ) -> EventView:
        event = await operations.create_event(caller, CreateEvent(organization_id=org, event=body))
        response.headers["ETag"] = etag(event.version)
        return event

    @router.get("/events")
    async def firm_events(
        org: UUID,
        caller: Annotated[Caller, Depends(guard.signed_in)],
        limit: Annotated[int, Query()] = 50,
        after: Annotated[str | None, Query()] = None,
    ) -> EventList:
        return await operations.firm_events(caller, ListEvents(organization_id=org, limit=limit, after=after))

    @router.get("/events/{event}")
    async def firm_event(
        org: UUID, event: UUID, caller: Annotated[Caller, Depends(guard.signed_in)], response: Response
    ) -> EventView:
        found = await operations.firm_event(caller, EventOf(organization_id=org, event_id=event))
        response.headers["ETag"] = etag(found.version)
        return found

    @router.patch("/events/{event}")
    async def edit_event(
        org: UUID,
        event: UUID,
        body: EventChanges,
        caller: Annotated[Caller, Depends(guard.signed_in)],
        response: Response,
        if_match: IfMatch = None,
    ) -> EventView:
        edit = EditEvent(organization_id=org, event_id=event, version=seen_version(if_match), changes=body)
        edited = await operations.edit_event(caller, edit)
        response.headers["ETag"] = etag(edited.version)
        return edited

    @router.post("/events/{event}/copy", status_code=201)
    async def copy_event(
        org: UUID, event: UUID, body: CopyTo, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> EventView:
        return await operations.copy(caller, CopyEvent(organization_id=org, event_id=event, copy_to=body))
