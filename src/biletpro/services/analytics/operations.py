"""The contract kept, as far as it goes today: the feed."""

from typing import Final

from biletpro.adapters import outbox
from biletpro.adapters.postgres import Database
from biletpro.kernel.errors import Denied
from biletpro.kernel.events import FeedPage, FeedRequest
from biletpro.kernel.permissions import Caller

SCHEMA: Final = "analytics"


class AnalyticsOperations:
    """Keeps the contract `Analytics`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        if caller.kind != "service":
            raise Denied
        async with self._database.system("serving the feed to other services") as connection:
            return await outbox.read(connection, SCHEMA, request)
