"""The layout of an event and the state of its places."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from biletpro.adapters.http.etags import IfMatch, etag, seen_version
from biletpro.adapters.http.guard import Guard
from biletpro.contracts.event.drafts import EventOf
from biletpro.contracts.event.layouts import Layout, LayoutView, PlacesPatch, PlacesSet, PutLayout, SetPlaces
from biletpro.kernel.permissions import Caller

from ..operations import EventOperations


def drawn(layout: LayoutView) -> Response:
    """Encoded once: a drawing of 20,000 places is not gone through again by the framework."""
    return Response(
        layout.model_dump_json(), headers={"ETag": etag(layout.version)}, media_type="application/json"
    )


def add_to(router: APIRouter, operations: EventOperations, guard: Guard) -> None:
    @router.get("/events/{event}/layout", response_model=LayoutView)
    async def layout(org: UUID, event: UUID, caller: Annotated[Caller, Depends(guard.signed_in)]) -> Response:
        found = await operations.layout(caller, EventOf(organization_id=org, event_id=event))
        return drawn(found)

    @router.put("/events/{event}/layout", response_model=LayoutView)
    async def put_layout(
        org: UUID,
        event: UUID,
        body: Layout,
        caller: Annotated[Caller, Depends(guard.signed_in)],
        if_match: IfMatch = None,
    ) -> Response:
        stored = await operations.put_layout(
            caller,
            PutLayout(organization_id=org, event_id=event, version=seen_version(if_match), layout=body),
        )
        return drawn(stored)

    @router.patch("/events/{event}/places")
    async def set_places(
        org: UUID, event: UUID, body: PlacesPatch, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> PlacesSet:
        return await operations.set_places(caller, SetPlaces(organization_id=org, event_id=event, patch=body))
