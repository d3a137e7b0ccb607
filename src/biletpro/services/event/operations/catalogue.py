"""The public catalogue."""

from collections import OrderedDict
from typing import Final
from uuid import UUID

from biletpro.adapters.postgres import Connection, Database
from biletpro.contracts.event.catalogue import BrowseEvents, EventCards, PublicEvent, PublicEventOf
from biletpro.contracts.event.layouts import LayoutView
from biletpro.contracts.sales import Sales
from biletpro.kernel import turkish
from biletpro.kernel.clock import Clock
from biletpro.kernel.permissions import Caller

from ..domain.layouts import layout_view
from ..domain.pages import cursor, parsed_cursor
from ..store import catalogue as catalogue_store
from ..store import categories as category_store
from ..store import places as place_store
from .desk import Desk, page_size

LAYOUTS_KEPT_MAX: Final = 32


class Catalogue(Desk):
    """What anyone may see, so it reads across all firms."""

    def __init__(self, database: Database, sales: Sales, clock: Clock) -> None:
        super().__init__(database, sales, clock)
        # A drawing of 20,000 places takes half a second to put together, and is asked for by crowds.
        self._layouts: OrderedDict[tuple[UUID, int], LayoutView] = OrderedDict()

    async def catalogue(self, caller: Caller, request: BrowseEvents) -> EventCards:
        del caller  # anyone may ask
        limit, after = page_size(request.limit), parsed_cursor(request.after)
        async with self._database.system("serving the public catalogue") as connection:
            found = await catalogue_store.page(
                connection,
                words="" if request.query is None else turkish.search_key(request.query),
                city=None if request.city is None else turkish.search_key(request.city),
                now=self._clock(),
                times=(request.from_time, request.to_time),
                after=after,
                limit=limit + 1,
            )
        items = found[:limit]
        more = len(found) > limit
        return EventCards(items=items, next=cursor(items[-1].starts_at, items[-1].id) if more else None)

    async def public_event(self, caller: Caller, request: PublicEventOf) -> PublicEvent:
        del caller  # anyone may ask
        async with self._database.system("serving the public catalogue") as connection:
            event_id = await _id_of(connection, request.event)
            categories = await category_store.of_event(connection, event_id)
            return await catalogue_store.public_event(connection, event_id, categories)

    async def public_layout(self, caller: Caller, request: PublicEventOf) -> LayoutView:
        del caller  # anyone may ask
        async with self._database.system("serving the public catalogue") as connection:
            event_id = await _id_of(connection, request.event)
            version = await catalogue_store.layout_version(connection, event_id)
            kept = self._layouts.get((event_id, version))
            if kept is not None:
                self._layouts.move_to_end((event_id, version))
                return kept
            drawing = await place_store.frame_of(connection, event_id)
            places = await place_store.of_event(connection, event_id)
        view = layout_view(version, drawing, places, states=False)
        self._layouts[event_id, version] = view
        if len(self._layouts) > LAYOUTS_KEPT_MAX:
            self._layouts.popitem(last=False)
        return view


async def _id_of(connection: Connection, event: str) -> UUID:
    """Of an id or a slug. Raises NotFound."""
    try:
        return UUID(event)
    except ValueError:
        return await catalogue_store.id_of_slug(connection, event)
