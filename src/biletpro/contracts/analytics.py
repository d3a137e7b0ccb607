"""Analytics: what the other services tell, archived, summed up and exported.

A later issue adds: a firm's summary, sales and funnel, exports, and the replayable feed of its events. Until
then the room is furnished with what every service has: its outbox, readable as a feed.
"""

from typing import Protocol

from biletpro.kernel.events import FeedPage, FeedRequest
from biletpro.kernel.permissions import Caller


class Analytics(Protocol):
    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        """The outbox, in order; for services only."""
