"""Availability of an event: computed at most twice a second a process, whatever the number of those who ask."""

import asyncio
import time
from typing import Final
from uuid import UUID

from biletpro.contracts.sales import Availability, AvailabilityRequest, CategoryAvailability, PlaceChange
from biletpro.kernel.permissions import Caller

from ..store import availability
from .desk import Desk, Edges

FRESH_S: Final = 0.5
REMEMBERED_MAX: Final = 1_000


class AvailabilityOperations(Desk):
    """What is free now."""

    def __init__(self, edges: Edges) -> None:
        super().__init__(edges)
        self._rendered: dict[UUID, tuple[bytes, float]] = {}
        self._computing: dict[UUID, asyncio.Task[bytes]] = {}

    async def availability(self, caller: Caller, request: AvailabilityRequest) -> Availability:
        """Places by category, and the state of each numbered place or the changes since a version."""
        if request.since is None:
            return Availability.model_validate_json(await self.availability_json(request.event_id))
        sale = await self._terms.of(request.event_id)
        async with self._database.system("reading what is free") as connection:
            version, changed = await availability.place_changes(connection, request.event_id, request.since)
            categories = await availability.categories(connection, request.event_id)
        return Availability(
            event_id=request.event_id,
            status=sale.terms.status,
            categories=[CategoryAvailability(**dict(row)) for row in categories],
            version=version,
            layout_version=sale.terms.layout_version,
            states=None,
            changes=[PlaceChange(n=row["n"], state=row["state"]) for row in changed],
        )

    async def availability_json(self, event_id: UUID) -> bytes:
        """The whole answer as JSON, at most FRESH_S old plus the time to make it; made once for all who wait."""
        known = self._rendered.get(event_id)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        computing = self._computing.get(event_id)
        if computing is None:
            computing = self._edges.tasks.start(self._compute(event_id), "availability")
            self._computing[event_id] = computing
            computing.add_done_callback(lambda _: self._computing.pop(event_id))
        return await asyncio.shield(computing)

    async def _compute(self, event_id: UUID) -> bytes:
        sale = await self._terms.of(event_id)
        version, states = None, None
        async with self._database.system("reading what is free") as connection:
            if sale.places:
                version, states = await availability.place_states(connection, event_id)
            rows = await availability.categories(connection, event_id)
        answer = Availability(
            event_id=event_id,
            status=sale.terms.status,
            categories=[CategoryAvailability(**dict(row)) for row in rows],
            version=version,
            layout_version=sale.terms.layout_version if sale.places else None,
            states=states,
            changes=None,
        )
        rendered = answer.model_dump_json().encode()
        if len(self._rendered) >= REMEMBERED_MAX:
            self._rendered.clear()
        self._rendered[event_id] = (rendered, time.monotonic() + FRESH_S)
        return rendered
