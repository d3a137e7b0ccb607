"""Price categories of an event."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from biletpro.adapters.http.etags import IfMatch, etag, seen_version
from biletpro.adapters.http.guard import Guard
from biletpro.contracts.event.drafts import (
    AddCategory,
    CategoryChanges,
    CategoryList,
    CategoryOf,
    CategoryView,
    EditCategory,
    EventOf,
    NewCategory,
)
from biletpro.kernel.permissions import Caller

from ..operations import EventOperations


def add_to(router: APIRouter, operations: EventOperations, guard: Guard) -> None:
    @router.get("/events/{event}/categories")
    async def categories(
        org: UUID, event: UUID, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> CategoryList:
        return await operations.categories(caller, EventOf(organization_id=org, event_id=event))

    @router.post("/events/{event}/categories", status_code=201)
    async def add_category(
        org: UUID,
        event: UUID,
        body: NewCategory,
        caller: Annotated[Caller, Depends(guard.signed_in)],
        response: Response,
    ) -> CategoryView:
        category = await operations.add_category(
            caller, AddCategory(organization_id=org, event_id=event, category=body)
        )
        response.headers["ETag"] = etag(category.version)
        return category

    @router.patch("/events/{event}/categories/{category}")
    async def edit_category(
        org: UUID,
        event: UUID,
        category: UUID,
        body: CategoryChanges,
        caller: Annotated[Caller, Depends(guard.signed_in)],
        response: Response,
        if_match: IfMatch = None,
    ) -> CategoryView:
        edit = EditCategory(
            organization_id=org,
            event_id=event,
            category_id=category,
            version=seen_version(if_match),
            changes=body,
        )
        edited = await operations.edit_category(caller, edit)
        response.headers["ETag"] = etag(edited.version)
        return edited

    @router.delete("/events/{event}/categories/{category}", status_code=204)
    async def remove_category(
        org: UUID, event: UUID, category: UUID, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> None:
        await operations.remove_category(
            caller, CategoryOf(organization_id=org, event_id=event, category_id=category)
        )
