"""File: images, documents and whatever else is kept as bytes in the object store.

A later issue adds: uploads with their variants, and the documents of other services by name. Until then the
room is furnished with what every service has: its outbox, readable as a feed.
"""

from typing import Protocol

from biletpro.kernel.events import FeedPage, FeedRequest
from biletpro.kernel.permissions import Caller


class Files(Protocol):
    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        """The outbox, in order; for services only."""
