"""What the event service asks and tells of stock."""

from uuid import UUID

from biletpro.adapters import outbox
from biletpro.adapters.postgres import Connection
from biletpro.contracts.sales import CapacityBelowSold, ChangeCapacity, PlaceInUse, WithdrawPlaces
from biletpro.contracts.terms import EventTerms
from biletpro.kernel.events import FeedPage, FeedRequest
from biletpro.kernel.messages import Nothing
from biletpro.kernel.permissions import Caller

from ..store import terms
from .desk import Desk


class StockOperations(Desk):
    """Terms in, stock out."""

    async def change_capacity(self, caller: Caller, request: ChangeCapacity) -> Nothing:
        """Under the category's lock: what is sold and held must fit."""
        async with self._database.system("the event service changes stock") as connection:
            claimed = await terms.change_capacity(connection, request.category_id, request.capacity)
        if claimed is not None:
            raise CapacityBelowSold(sold=claimed)
        return Nothing()

    async def withdraw_places(self, caller: Caller, request: WithdrawPlaces) -> Nothing:
        """Under the categories' locks: only free places close, all or none."""
        async with self._database.system("the event service changes stock") as connection:
            in_use = await terms.withdraw_places(connection, request.event_id, request.place_ids)
        if in_use:
            raise PlaceInUse(ids=[str(place) for place in in_use])
        return Nothing()

    async def apply_terms(self, connection: Connection, event: EventTerms) -> None:
        """An event has these terms from now on; an older version than known changes nothing."""
        closes = event.sales_end if event.sales_end is not None else event.starts_at
        if not await terms.keep_terms(connection, event, closes):
            return
        await terms.keep_categories(connection, event)
        if event.places is not None:
            await terms.keep_places(connection, event, event.places)

    async def keep_firm(self, connection: Connection, organization_id: UUID, *, suspended: bool) -> None:
        """Whether a firm may sell, from now on."""
        await terms.keep_firm(connection, organization_id, suspended=suspended)

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        """The service's own events in order."""
        async with self._database.system("serving the feed to other services") as connection:
            return await outbox.read(connection, self._database.schema, request)
