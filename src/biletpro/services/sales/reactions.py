"""What sales does after others' events and by the clock."""

import asyncio
from typing import Final

from biletpro.adapters.leadership import Leadership
from biletpro.adapters.outbox import Feed, Reader
from biletpro.adapters.postgres import Connection, Database
from biletpro.contracts.organization import OrganizationCreated, OrganizationResumed, OrganizationSuspended
from biletpro.contracts.terms import EventTermsChanged
from biletpro.kernel.events import RecordedEvent

from .operations import SalesOperations

HEAL_EVERY_S: Final = 1.0
SWEEP_EVERY_S: Final = 5.0
PURGE_EVERY_S: Final = 600.0


def event_reader(database: Database, feed: Feed, operations: SalesOperations) -> Reader:
    """Applies the terms of published events."""

    async def handle(connection: Connection, event: RecordedEvent) -> None:
        if event.type == EventTermsChanged.__name__:
            await operations.apply_terms(connection, EventTermsChanged.model_validate(event.payload).terms)

    return Reader(database, "event", feed, handle)


def firm_reader(database: Database, feed: Feed, operations: SalesOperations) -> Reader:
    """Learns which firms may sell."""

    async def handle(connection: Connection, event: RecordedEvent) -> None:
        if event.type == OrganizationSuspended.__name__:
            suspended = OrganizationSuspended.model_validate(event.payload)
            await operations.keep_firm(connection, suspended.organization_id, suspended=True)
        elif event.type == OrganizationResumed.__name__:
            resumed = OrganizationResumed.model_validate(event.payload)
            await operations.keep_firm(connection, resumed.organization_id, suspended=False)
        elif event.type == OrganizationCreated.__name__:
            created = OrganizationCreated.model_validate(event.payload)
            await operations.keep_firm(connection, created.organization_id, suspended=False)

    return Reader(database, "organization", feed, handle)


class Clockwork:
    """The loops; each runs in one process of the fleet at a time."""

    def __init__(self, operations: SalesOperations, leadership: Leadership) -> None:
        self._operations = operations
        self._leadership = leadership

    async def heal(self) -> None:
        """Ask silent providers."""
        lease = await self._leadership.lead("sales.heal")
        while True:
            await lease.prove()
            await self._operations.ask_silent_providers()
            await asyncio.sleep(HEAL_EVERY_S)

    async def give_back(self) -> None:
        """Give money back that is owed."""
        lease = await self._leadership.lead("sales.give_back")
        while True:
            await lease.prove()
            await self._operations.give_money_back()
            await asyncio.sleep(HEAL_EVERY_S)

    async def sweep(self) -> None:
        """Fold expired claims of categories that nobody buys from."""
        lease = await self._leadership.lead("sales.sweep")
        while True:
            await lease.prove()
            await self._operations.sweep()
            await asyncio.sleep(SWEEP_EVERY_S)

    async def purge(self) -> None:
        """Forget holds that ended long ago."""
        lease = await self._leadership.lead("sales.purge")
        while True:
            await lease.prove()
            await self._operations.purge()
            await asyncio.sleep(PURGE_EVERY_S)
