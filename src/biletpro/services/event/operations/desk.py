"""What all operations on events share: their edges, and how a change of a published event is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from biletpro.adapters import outbox
from biletpro.adapters.postgres import Connection, Database, bounded_limit
from biletpro.contracts.event.drafts import EventView, NewEvent
from biletpro.contracts.sales import CaughtUp, Sales
from biletpro.contracts.terms import EventTermsChanged
from biletpro.kernel.clock import Clock
from biletpro.kernel.errors import Busy
from biletpro.kernel.events import FeedPage, FeedRequest
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import PAGE_MAX
from biletpro.kernel.permissions import Caller, service_caller

from ..domain import events as domain
from ..store import categories as category_store
from ..store import events as event_store
from ..store import places as place_store

# Sales is asked in the service's own name: the caller's rights were checked here.
EVENT: Final = service_caller("event")


class Desk:
    """The edges of the event service."""

    def __init__(self, database: Database, sales: Sales, clock: Clock) -> None:
        self._database = database
        self._sales = sales
        self._clock = clock

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        del caller  # feeds are promised to services alone and have no public route
        async with self._database.system("serving the event service's feed") as connection:
            return await outbox.read(connection, self._database.schema, request)

    async def _changed(
        self, connection: Connection, event: EventView, *, places_too: bool = False
    ) -> EventView:
        """Store the event as its next version and, once it is published, tell its terms."""
        event = event.model_copy(
            update={
                "version": event.version + 1,
                "layout_version": event.layout_version + (1 if places_too else 0),
            }
        )
        await event_store.save_event(connection, event)
        if event.published_at is not None:
            await self._tell(connection, event, places_too=places_too)
        return event

    async def _tell(self, connection: Connection, event: EventView, *, places_too: bool) -> None:
        categories = await category_store.of_event(connection, event.id)
        places = await place_store.of_event(connection, event.id) if places_too else None
        terms = domain.terms(event, categories, places)
        await outbox.put(
            connection, self._database.schema, EventTermsChanged(terms=terms), event.organization_id
        )

    async def _heard(self, event: EventView) -> None:
        """Wait a little until sales knows of a committed change (docs/decisions/0006)."""
        if event.published_at is None:
            return
        try:
            async with self._database.system("finding the newest event of the feed") as connection:
                newest = await outbox.latest(connection, self._database.schema)
            await self._sales.caught_up(EVENT, CaughtUp(position=newest))
        except Busy:
            # The change is committed and told; sales applies it as soon as it can.
            return

    @asynccontextmanager
    async def _after_sales_agreed(self, event: EventView) -> AsyncIterator[None]:
        """Sales has let go of something; if the change itself is refused, telling anew gives it back."""
        try:
            yield
        # Whatever refused or broke the change: sales must hear what holds, and it is raised on.
        except Exception:
            async with self._database.tenant(event.organization_id) as connection:
                current = await event_store.lock_event(connection, event.id)
                await self._changed(connection, current, places_too=True)
            raise

    async def _insert_copy(
        self,
        connection: Connection,
        template: EventView,
        copy: NewEvent,
        series_id: UUID | None,
        series_keys: dict[UUID, str],
    ) -> EventView:
        """A draft with the template's categories and layout under fresh ids."""
        event = domain.drafted(copy, template.organization_id, series_id, self._clock())
        event = event.model_copy(update={"layout_version": min(template.layout_version, 1)})
        event = await event_store.insert_event(connection, event)
        categories = await category_store.of_event(connection, template.id)
        new_ids = {category.id: new_id() for category in categories}
        await category_store.copy(connection, template.id, event.id, new_ids, series_keys)
        await place_store.copy(connection, template.id, event.id, new_ids)
        return event


def page_size(limit: int) -> int:
    """Raises Invalid(field=limit)."""
    return bounded_limit(limit, PAGE_MAX)
