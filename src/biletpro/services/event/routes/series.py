"""Saved venues and series."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from biletpro.adapters.http.guard import Guard
from biletpro.contracts.event.series import (
    AddSeries,
    AddVenue,
    EditSeriesCategory,
    ListSeries,
    ListVenues,
    NewSeries,
    NewVenue,
    SeriesCategoryChanges,
    SeriesList,
    SeriesOf,
    SeriesView,
    VenueList,
    VenueOf,
    VenueView,
)
from biletpro.kernel.messages import Word
from biletpro.kernel.permissions import Caller

from ..operations import EventOperations


def add_venues_to(router: APIRouter, operations: EventOperations, guard: Guard) -> None:
    @router.get("/venues")
    async def venues(
        org: UUID,
        caller: Annotated[Caller, Depends(guard.signed_in)],
        limit: Annotated[int, Query()] = 50,
        after: Annotated[str | None, Query()] = None,
    ) -> VenueList:
        return await operations.venues(caller, ListVenues(organization_id=org, limit=limit, after=after))

    @router.post("/venues", status_code=201)
    async def add_venue(
        org: UUID, body: NewVenue, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> VenueView:
        return await operations.add_venue(caller, AddVenue(organization_id=org, venue=body))

    @router.get("/venues/{venue}")
    async def venue(org: UUID, venue: UUID, caller: Annotated[Caller, Depends(guard.signed_in)]) -> VenueView:
        return await operations.venue(caller, VenueOf(organization_id=org, venue_id=venue))


def add_series_to(router: APIRouter, operations: EventOperations, guard: Guard) -> None:
    @router.get("/series")
    async def series_list(
        org: UUID,
        caller: Annotated[Caller, Depends(guard.signed_in)],
        limit: Annotated[int, Query()] = 50,
        after: Annotated[str | None, Query()] = None,
    ) -> SeriesList:
        return await operations.series_list(caller, ListSeries(organization_id=org, limit=limit, after=after))

    @router.post("/series", status_code=201)
    async def add_series(
        org: UUID, body: NewSeries, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> SeriesView:
        return await operations.add_series(caller, AddSeries(organization_id=org, series=body))

    @router.get("/series/{series}")
    async def series(
        org: UUID, series: UUID, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> SeriesView:
        return await operations.series(caller, SeriesOf(organization_id=org, series_id=series))

    @router.patch("/series/{series}/categories/{key}")
    async def edit_series_category(
        org: UUID,
        series: UUID,
        key: Word,
        body: SeriesCategoryChanges,
        caller: Annotated[Caller, Depends(guard.signed_in)],
    ) -> SeriesView:
        return await operations.edit_series_category(
            caller, EditSeriesCategory(organization_id=org, series_id=series, key=key, changes=body)
        )
