"""Notification: mails, text messages, webhooks and notices in the panel, each sent once in effect.

A later issue adds: a firm's messages and templates, resending one, webhooks and their deliveries, and the
stream of notices. Until then the room is furnished with what every service has: its outbox, readable as a
feed.
"""

from typing import Protocol

from biletpro.kernel.events import FeedPage, FeedRequest
from biletpro.kernel.permissions import Caller


class Notifications(Protocol):
    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        """The outbox, in order; for services only."""
