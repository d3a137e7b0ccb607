"""The scenarios of one round, each on events of its own, each beside the limits taken right after it."""

import asyncio
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from . import limits
from .plans import Outcome, Plan
from .processes import drive
from .report import Measured
from .stage import Sale, Stage
from .system import Admin

REQUESTS_PER_PURCHASE: Final = 4
CALLS_PER_S: Final = 100.0
CALL_LANES: Final = 10
LANES: Final = 64
LANES_OF_WRITES: Final = 128
# A purchase waits four times: as many of its steps are under way at once as holds in their own scenario.
LANES_OF_PURCHASES: Final = 256


@dataclass(frozen=True, slots=True)
class Sizes:
    """How long and how much: the quick run and the full one differ in nothing else."""

    rounds: int
    stretch_s: float
    limit_s: float
    warm_up_s: float
    halls: int
    seats_in_hall: int
    seats_for_limit: int


QUICK: Final = Sizes(1, 4.0, 1.5, 0.5, 2, 10_000, 4_000)
FULL: Final = Sizes(3, 10.0, 3.0, 1.0, 3, 20_000, 8_000)


class Round:
    """One round; `created` counts writes that were answered as done, by HTTP and by the limits' own loops."""

    def __init__(
        self,
        stage: Stage,
        admin: Admin,
        port: int,
        bare_port: int,
        sizes: Sizes,
        progress: Callable[[str], None],
    ) -> None:
        self._stage = stage
        self._admin = admin
        self._port = port
        self._bare_port = bare_port
        self._sizes = sizes
        self._progress = progress
        self.created = 0
        self.fastest_requests_per_s = 0.0
        self.measured: dict[str, Measured] = {}
        self.bare_posts: Outcome | None = None
        self.bare_gets: Outcome | None = None

    async def run(self) -> None:
        """Everything, into `measured`. Raises BenchFault."""
        self._progress("the limit of HTTP on this machine")
        self.bare_posts = await self._bare("writes")
        self.bare_gets = await self._bare("reads")
        measured = self.measured
        measured["holds"] = await self._holds()
        measured["purchases"] = await self._purchases()
        measured["seats"] = await self._seats()
        measured["availability"] = await self._availability()
        measured["calls"] = await self._calls()
        measured["calls_selling"] = await self._calls_selling(measured["holds"].rate_per_s / 2)

    def _plan(self, script: str, given: dict[str, Any], lanes: int, rate_per_s: float | None = None) -> Plan:
        sizes = self._sizes
        return Plan(script, self._port, lanes, sizes.stretch_s, sizes.warm_up_s, rate_per_s, given)

    async def _driven(self, plan: Plan) -> Outcome:
        outcome = await drive(plan)
        self.created += outcome.created
        self.fastest_requests_per_s = max(self.fastest_requests_per_s, outcome.requests_per_s)
        return outcome

    async def _bare(self, script: str) -> Outcome:
        plan = self._plan(script, {"path": "/api/v1/events/bare/holds"}, LANES)
        return await drive(dataclasses.replace(plan, port=self._bare_port, duration_s=self._sizes.limit_s))

    async def _holds(self) -> Measured:
        self._progress("holds on one hot category")
        sale = await self._stage.hot_sale()
        outcome = await self._driven(self._plan("holds", _given(sale), LANES_OF_WRITES))
        pattern = await limits.pattern_of(self._admin, sale)
        limit = await limits.holds(self._admin, pattern, self._sizes.limit_s)
        self.created += limit.writes
        return _measured(outcome, limit.per_s, self._posts_per_s())

    async def _purchases(self) -> Measured:
        self._progress("whole purchases")
        sale = await self._stage.hot_sale()
        outcome = await self._driven(self._plan("purchases", _given(sale), LANES_OF_PURCHASES))
        pattern = await limits.pattern_of(self._admin, sale)
        limit = await limits.purchases(self._admin, pattern, self._sizes.limit_s)
        self.created += limit.writes
        return _measured(outcome, limit.per_s, self._posts_per_s() / REQUESTS_PER_PURCHASE)

    async def _seats(self) -> Measured:
        sizes = self._sizes
        self._progress(f"drawing {sizes.halls} halls of {sizes.seats_in_hall:,} seats")
        halls = [await self._stage.hall(sizes.seats_in_hall) for _ in range(sizes.halls)]
        self._progress("seats by number")
        first_sale, first_seats = halls[0]
        kept = first_seats[-sizes.seats_for_limit :]
        halls[0] = (first_sale, first_seats[: -sizes.seats_for_limit])
        events = [{**_given(sale), "places": places} for sale, places in halls]
        outcome = await self._driven(self._plan("seats", {"events": events}, LANES_OF_WRITES))
        pattern = await limits.pattern_of(self._admin, first_sale)
        limit = await limits.holds(self._admin, pattern, sizes.limit_s, kept)
        self.created += limit.writes
        return _measured(outcome, limit.per_s, self._posts_per_s())

    async def _availability(self) -> Measured:
        self._progress("availability")
        sale = await self._stage.hot_sale()
        path = f"/api/v1/events/{sale.event_id}/availability"
        outcome = await self._driven(self._plan("reads", {"path": path}, LANES))
        assert self.bare_gets is not None
        return _measured(outcome, None, self.bare_gets.rate_per_s)

    async def _call_plan(self) -> Plan:
        events = [(await self._stage.hot_sale()).event_id for _ in range(CALL_LANES)]
        given = {
            "event_ids": events,
            "organization_id": self._stage.organization_id,
            "token": self._stage.token,
        }
        return self._plan("desk", given, CALL_LANES, CALLS_PER_S)

    async def _calls(self) -> Measured:
        self._progress("other calls")
        return _measured(await self._driven(await self._call_plan()), None, None)

    async def _calls_selling(self, holds_per_s: float) -> Measured:
        self._progress("other calls while it sells")
        plan = await self._call_plan()
        sale = await self._stage.hot_sale()
        async with asyncio.TaskGroup() as group:
            selling = group.create_task(self._driven(self._plan("holds", _given(sale), LANES, holds_per_s)))
            calls = group.create_task(self._driven(plan))
        outcome = calls.result()
        return _measured(
            dataclasses.replace(outcome, faults={**selling.result().faults, **outcome.faults}), None, None
        )

    def _posts_per_s(self) -> float:
        assert self.bare_posts is not None
        return self.bare_posts.rate_per_s


def _given(sale: Sale) -> dict[str, Any]:
    return {"event_id": sale.event_id, "category_id": sale.category_id}


def _measured(outcome: Outcome, database_limit: float | None, http_limit: float | None) -> Measured:
    return Measured(
        rate_per_s=outcome.rate_per_s,
        p50_ms=outcome.p50_ms,
        p95_ms=outcome.p95_ms,
        p99_ms=outcome.p99_ms,
        generator_cores=outcome.generator_cores,
        faults=outcome.faults,
        database_limit_per_s=database_limit,
        http_limit_per_s=http_limit,
    )
