"""Events: what firms sell admission to. Drafting, publishing, layouts, series, and the public catalogue.

Called by: web. What selling needs to know of a published event goes out as `terms.EventTermsChanged`.
Bodies of HTTP requests are the messages without ids of the path (`NewEvent`, `NewCategory`, `Layout`, ...).
"""

from typing import Protocol

from biletpro.kernel.events import FeedPage, FeedRequest
from biletpro.kernel.messages import Nothing
from biletpro.kernel.permissions import Caller

from .catalogue import BrowseEvents, EventCards, PublicEvent, PublicEventOf
from .drafts import (
    AddCategory,
    CancelEvent,
    CategoryList,
    CategoryOf,
    CategoryView,
    CopyEvent,
    CreateEvent,
    EditCategory,
    EditEvent,
    EventList,
    EventOf,
    EventView,
    ListEvents,
    PostponeEvent,
)
from .layouts import LayoutView, PlacesSet, PutLayout, SetPlaces
from .series import (
    AddSeries,
    AddVenue,
    EditSeriesCategory,
    ListSeries,
    ListVenues,
    SeriesList,
    SeriesOf,
    SeriesView,
    VenueList,
    VenueOf,
    VenueView,
)


class Events(Protocol):
    """The firm's calls need events:read or events:manage. Another firm's event is NotFound."""

    async def create_event(self, caller: Caller, request: CreateEvent) -> EventView:
        """A draft. Raises Invalid."""

    async def firm_events(self, caller: Caller, request: ListEvents) -> EventList:
        """Latest date first."""

    async def firm_event(self, caller: Caller, request: EventOf) -> EventView: ...

    async def edit_event(self, caller: Caller, request: EditEvent) -> EventView:
        """Raises Stale, Invalid, EventStatusRefused."""

    async def publish(self, caller: Caller, request: EventOf) -> EventView:
        """Open it to the public. Raises EventNotReady, EventStatusRefused, FirmSuspended."""

    async def pause(self, caller: Caller, request: EventOf) -> EventView:
        """Raises EventStatusRefused."""

    async def resume(self, caller: Caller, request: EventOf) -> EventView:
        """A paused or postponed event goes on. Raises EventStatusRefused."""

    async def postpone(self, caller: Caller, request: PostponeEvent) -> EventView:
        """Raises EventStatusRefused, Invalid."""

    async def cancel(self, caller: Caller, request: CancelEvent) -> EventView:
        """For good. Raises EventStatusRefused."""

    async def copy(self, caller: Caller, request: CopyEvent) -> EventView:
        """A new draft with the same categories and layout, under fresh ids."""

    async def categories(self, caller: Caller, request: EventOf) -> CategoryList: ...

    async def add_category(self, caller: Caller, request: AddCategory) -> CategoryView:
        """Raises Invalid, EventStatusRefused."""

    async def edit_category(self, caller: Caller, request: EditCategory) -> CategoryView:
        """Raises Stale, Invalid, sales.CapacityBelowSold, EventStatusRefused."""

    async def remove_category(self, caller: Caller, request: CategoryOf) -> Nothing:
        """Raises CategoryInUse, EventStatusRefused."""

    async def layout(self, caller: Caller, request: EventOf) -> LayoutView: ...

    async def put_layout(self, caller: Caller, request: PutLayout) -> LayoutView:
        """Places keep their id by key. Raises Invalid, Stale, sales.PlaceInUse, EventStatusRefused."""

    async def set_places(self, caller: Caller, request: SetPlaces) -> PlacesSet:
        """Open, keep back or kill places. Raises NotFound, sales.PlaceInUse, EventStatusRefused."""

    async def venues(self, caller: Caller, request: ListVenues) -> VenueList: ...

    async def venue(self, caller: Caller, request: VenueOf) -> VenueView: ...

    async def add_venue(self, caller: Caller, request: AddVenue) -> VenueView:
        """Raises Invalid."""

    async def series_list(self, caller: Caller, request: ListSeries) -> SeriesList: ...

    async def series(self, caller: Caller, request: SeriesOf) -> SeriesView: ...

    async def add_series(self, caller: Caller, request: AddSeries) -> SeriesView:
        """Raises Invalid, NotFound."""

    async def edit_series_category(self, caller: Caller, request: EditSeriesCategory) -> SeriesView:
        """Raises NotFound, Invalid."""

    async def catalogue(self, caller: Caller, request: BrowseEvents) -> EventCards:
        """What can be visited yet, by date. Anyone may ask."""

    async def public_event(self, caller: Caller, request: PublicEventOf) -> PublicEvent:
        """Anyone may ask. Drafts are NotFound."""

    async def public_layout(self, caller: Caller, request: PublicEventOf) -> LayoutView:
        """Anyone may ask. Drafts are NotFound."""

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        """The service's own events in order."""
