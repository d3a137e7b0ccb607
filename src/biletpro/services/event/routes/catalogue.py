"""The public catalogue, open to anyone."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Response

from biletpro.adapters.http.etags import etag
from biletpro.adapters.http.guard import Guard
from biletpro.contracts.event.catalogue import BrowseEvents, EventCards, PublicEvent, PublicEventOf
from biletpro.contracts.event.layouts import LayoutView
from biletpro.kernel.clock import Clock
from biletpro.kernel.messages import ShortText
from biletpro.kernel.permissions import Caller

from ..domain.calendar import calendar
from ..domain.pages import asked_time
from ..operations import EventOperations
from .layouts import drawn

TIME: Final = "RFC 3339 time, or a date, which is the whole day in Türkiye"
CALENDAR_TYPE: Final = "text/calendar; charset=utf-8"


def router(operations: EventOperations, guard: Guard, clock: Clock) -> APIRouter:
    found = APIRouter(tags=["catalogue"])

    @found.get("/events")
    async def catalogue(
        caller: Annotated[Caller, Depends(guard.anyone)],
        query: Annotated[ShortText | None, Query()] = None,
        city: Annotated[ShortText | None, Query()] = None,
        since: Annotated[str | None, Query(alias="from", description=TIME)] = None,
        until: Annotated[str | None, Query(alias="to", description=TIME)] = None,
        limit: Annotated[int, Query()] = 24,
        after: Annotated[str | None, Query()] = None,
    ) -> EventCards:
        request = BrowseEvents(
            query=query,
            city=city,
            from_time=None if since is None else asked_time(since, "from"),
            to_time=None if until is None else asked_time(until, "to", whole_day=True),
            limit=limit,
            after=after,
        )
        return await operations.catalogue(caller, request)

    # Before the event itself, whose path would take it for a slug.
    @found.get(
        "/events/{event}.ics",
        response_class=Response,
        responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
    )
    async def event_calendar(event: ShortText, caller: Annotated[Caller, Depends(guard.anyone)]) -> Response:
        shown = await operations.public_event(caller, PublicEventOf(event=event))
        disposition = {"Content-Disposition": f'attachment; filename="{shown.slug}.ics"'}
        return Response(calendar(shown, clock()), headers=disposition, media_type=CALENDAR_TYPE)

    @found.get("/events/{event}")
    async def public_event(
        event: ShortText, caller: Annotated[Caller, Depends(guard.anyone)], response: Response
    ) -> PublicEvent:
        shown = await operations.public_event(caller, PublicEventOf(event=event))
        response.headers["ETag"] = etag(shown.version)
        return shown

    @found.get(
        "/events/{event}/layout", response_model=LayoutView, responses={304: {"description": "As it was"}}
    )
    async def public_layout(
        event: ShortText,
        caller: Annotated[Caller, Depends(guard.anyone)],
        if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
    ) -> Response:
        shown = await operations.public_layout(caller, PublicEventOf(event=event))
        if if_none_match == etag(shown.version):
            return Response(status_code=304, headers={"ETag": etag(shown.version)})
        return drawn(shown)

    return found
