"""Saved venues, and series: one play, thirty dates."""

from typing import Final
from uuid import UUID

from biletpro.adapters import idempotency
from biletpro.adapters.postgres import Connection
from biletpro.contracts.event.drafts import CategoryView, EventView
from biletpro.contracts.event.series import (
    AddSeries,
    AddVenue,
    EditSeriesCategory,
    ListSeries,
    ListVenues,
    SeriesCategory,
    SeriesList,
    SeriesOf,
    SeriesView,
    VenueList,
    VenueOf,
    VenueView,
)
from biletpro.kernel.errors import Invalid, NotFound
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import Caller, Permission

from ..domain import events as domain
from ..domain.layouts import check_drawing
from ..domain.pages import id_cursor, parsed_cursor
from ..domain.series import keyed, merged_series_category
from ..store import categories as category_store
from ..store import events as event_store
from ..store import places as place_store
from ..store import venues as venue_store
from .desk import Desk, page_size

# All dates are made in one transaction, which must stay well below the limit on its length.
SERIES_PLACES_MAX: Final = 50_000


class SeriesEdits(Desk):
    """Venues and series of a firm."""

    async def venues(self, caller: Caller, request: ListVenues) -> VenueList:
        caller.require(Permission.EVENTS_READ, request.organization_id)
        limit, before = page_size(request.limit), parsed_cursor(request.after)
        async with self._database.tenant(request.organization_id) as connection:
            found = await venue_store.page_of_venues(
                connection, request.organization_id, None if before is None else before[1], limit + 1
            )
        more = len(found) > limit
        return VenueList(items=found[:limit], next=id_cursor(found[limit - 1].id) if more else None)

    async def venue(self, caller: Caller, request: VenueOf) -> VenueView:
        caller.require(Permission.EVENTS_READ, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            return await venue_store.find_venue(connection, request.venue_id)

    async def add_venue(self, caller: Caller, request: AddVenue) -> VenueView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        if request.venue.layout is not None:
            check_drawing(request.venue.layout)
        venue = VenueView(
            id=new_id(),
            name=request.venue.name,
            city=request.venue.city,
            address=request.venue.address,
            has_layout=request.venue.layout is not None,
            layout=request.venue.layout,
        )
        async with self._database.tenant(request.organization_id) as connection:

            async def work() -> VenueView:
                await venue_store.insert_venue(connection, request.organization_id, venue, self._clock())
                return venue

            return await idempotency.once(connection, self._database.schema, caller, VenueView, work)

    async def series_list(self, caller: Caller, request: ListSeries) -> SeriesList:
        caller.require(Permission.EVENTS_READ, request.organization_id)
        limit, before = page_size(request.limit), parsed_cursor(request.after)
        async with self._database.tenant(request.organization_id) as connection:
            found = await venue_store.page_of_series(
                connection, request.organization_id, None if before is None else before[1], limit + 1
            )
        more = len(found) > limit
        return SeriesList(items=found[:limit], next=id_cursor(found[limit - 1].id) if more else None)

    async def series(self, caller: Caller, request: SeriesOf) -> SeriesView:
        caller.require(Permission.EVENTS_READ, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            return await _read_series(connection, request.series_id)

    async def add_series(self, caller: Caller, request: AddSeries) -> SeriesView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        starts = sorted(request.series.starts_at)
        if len(set(starts)) != len(starts):
            raise Invalid("a date is named twice", field="starts_at")
        async with self._database.tenant(request.organization_id) as connection:

            async def work() -> SeriesView:
                template = await event_store.find_event(connection, request.series.template_event_id)
                places = await place_store.count(connection, template.id)
                if places * len(starts) > SERIES_PLACES_MAX:
                    raise Invalid(f"at most {SERIES_PLACES_MAX} places over all dates", field="starts_at")
                series_id = new_id()
                shared = keyed(await category_store.of_event(connection, template.id))
                await self._insert_series(connection, series_id, request, shared)
                keys = {category.id: key for key, category in shared.items()}
                for starts_at in starts:
                    copy = domain.copied(template, starts_at, request.series.title)
                    await self._insert_copy(connection, template, copy, series_id, keys)
                return await _read_series(connection, series_id)

            return await idempotency.once(connection, self._database.schema, caller, SeriesView, work)

    async def _insert_series(
        self, connection: Connection, series_id: UUID, request: AddSeries, shared: dict[str, CategoryView]
    ) -> None:
        firm = request.organization_id
        await venue_store.insert_series(connection, series_id, firm, request.series.title, self._clock())
        categories = [
            SeriesCategory(
                key=key,
                name=category.name,
                kind=category.kind,
                price=category.price,
                per_person=category.per_person,
            )
            for key, category in shared.items()
        ]
        await venue_store.insert_series_categories(connection, series_id, firm, categories)

    async def edit_series_category(self, caller: Caller, request: EditSeriesCategory) -> SeriesView:
        caller.require(Permission.EVENTS_MANAGE, request.organization_id)
        changed: list[EventView] = []
        async with self._database.tenant(request.organization_id) as connection:

            async def work() -> SeriesView:
                await venue_store.title_of_series(connection, request.series_id)
                events = await event_store.lock_coming_of_series(connection, request.series_id, self._clock())
                known = await venue_store.categories_of_series(connection, request.series_id)
                found = next((category for category in known if category.key == request.key), None)
                if found is None:
                    raise NotFound
                category = merged_series_category(found, request.changes)
                await venue_store.save_series_category(connection, request.series_id, category)
                await category_store.change_shared(
                    connection,
                    [event.id for event in events],
                    category.key,
                    category.name,
                    category.price.amount,
                )
                changed.extend([await self._changed(connection, event) for event in events])
                return await _read_series(connection, request.series_id)

            answer = await idempotency.once(connection, self._database.schema, caller, SeriesView, work)
        told = next((event for event in changed if event.published_at is not None), None)
        if told is not None:
            await self._heard(told)
        return answer


async def _read_series(connection: Connection, series_id: UUID) -> SeriesView:
    return SeriesView(
        id=series_id,
        title=await venue_store.title_of_series(connection, series_id),
        categories=await venue_store.categories_of_series(connection, series_id),
        dates=list(await event_store.dates_of_series(connection, series_id)),
    )
