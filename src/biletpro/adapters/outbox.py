"""Events of a service: put with the change that they tell of, read in order by the others.

Each service's schema holds `outbox`, `epochs`, the function `epoch()` and `reader_positions`. Order is
(epoch, xid, id); a reader takes only rows whose xid lies below the snapshot's xmin, so an event that commits late
never slips in behind it. An epoch is one life of the database: its system identifier and timeline.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Protocol
from uuid import UUID

import structlog

from biletpro.kernel.clock import utc_now
from biletpro.kernel.errors import Busy
from biletpro.kernel.events import FEED_START, Event, FeedPage, FeedRequest, Position, RecordedEvent
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import Caller, service_caller

from . import telemetry
from .postgres import Connection, Database, bounded_limit

FEED_LIMIT_MAX: Final = 2_000
READ_LIMIT: Final = 500
POLL_S: Final = 0.25
CATCH_UP_TIMEOUT_S: Final = 2.0
# How often the feed is looked at anew while somebody waits for an event that older transactions still hold back.
LOOK_AGAIN_S: Final = 0.005

log = structlog.get_logger()


async def put(connection: Connection, schema: str, event: Event, organization_id: UUID | None) -> None:
    """Record *event* in the transaction of the change that it tells of."""
    await connection.execute(
        f"""-- outbox.put
        INSERT INTO {schema}.outbox (id, type, key, organization_id, payload)
        VALUES ($1, $2, $3, $4, $5)""",
        new_id(),
        type(event).__name__,
        event.event_key(),
        organization_id,
        event.model_dump_json(),
    )


async def latest(connection: Connection, schema: str) -> Position:
    """The position of the newest committed event; FEED_START when there is none."""
    row = await connection.fetchrow(
        f"""-- outbox.latest
        SELECT epoch, xid::text::bigint AS xid, id FROM {schema}.outbox
         ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1"""
    )
    return FEED_START if row is None else Position(epoch=row["epoch"], xid=row["xid"], id=row["id"])


async def read(connection: Connection, schema: str, request: FeedRequest) -> FeedPage:
    """The next events after a position, none of them provisional. Raises Invalid(field=limit)."""
    rows = await connection.fetch(
        f"""-- outbox.read
        SELECT epoch, xid::text::bigint AS xid, id, type, key, organization_id, occurred_at, payload
          FROM {schema}.outbox
         WHERE (epoch, xid, id) > ($1::integer, ($2::bigint)::text::xid8, $3::uuid)
           AND xid < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY epoch, xid, id LIMIT $4""",
        request.after.epoch,
        request.after.xid,
        request.after.id,
        bounded_limit(request.limit, FEED_LIMIT_MAX),
    )
    events = [
        RecordedEvent(
            position=Position(epoch=row["epoch"], xid=row["xid"], id=row["id"]),
            type=row["type"],
            key=row["key"],
            organization_id=row["organization_id"],
            occurred_at=row["occurred_at"],
            payload=json.loads(row["payload"]),
        )
        for row in rows
    ]
    return FeedPage(events=events, reached=events[-1].position if events else request.after)


class Feed(Protocol):
    """What every service promises of its outbox."""

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        """The next events after a position."""


Handle = Callable[[Connection, RecordedEvent], Awaitable[None]]


class Reader:
    """Applies one producer's events to one service, each once in effect, in order.

    One is active per (service, source) in the whole fleet: it holds an advisory lock on a direct connection. The
    position moves in the transaction of the effects, so a repeat after a crash has none.
    """

    def __init__(self, database: Database, source: str, feed: Feed, handle: Handle) -> None:
        self._database = database
        self._source = source
        self._feed = feed
        self._handle = handle
        self._name = f"{database.schema}<-{source}"
        self._woken = asyncio.Event()
        self._moved = asyncio.Event()
        # Where this process has read to while it leads; None when another may have moved on.
        self._reached: Position | None = None

    async def run(self) -> None:
        """Read for ever, once this process leads. Raises LeadershipLost; the supervisor begins it again."""
        self._reached = None
        lease = await self._database.leadership.lead(f"reader {self._name}")
        try:
            while True:
                await lease.prove()
                if not await self.step():
                    await self._pause()
        finally:
            self._reached = None

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), timeout=POLL_S)
        self._woken.clear()

    async def step(self) -> int:
        """Apply the next events; how many there were."""
        after = self._reached if self._reached is not None else await self._stored()
        page = await self._feed.events(
            service_caller(self._database.schema), FeedRequest(after=after, limit=READ_LIMIT)
        )
        # One transaction an event: several would lock what they touch in the order of the feed, not by id.
        for event in page.events:
            async with self._database.system("reading another service's feed") as connection:
                await self._handle(connection, event)
                await _move(connection, self._database.schema, self._source, event.position)
            self._reached = event.position
        if page.events:
            lag = utc_now() - page.events[-1].occurred_at
            telemetry.FEED_LAG_SECONDS.labels(self._database.schema, self._source).set(lag.total_seconds())
        self._reached = page.reached
        self._moved.set()
        return len(page.events)

    async def _stored(self) -> Position:
        async with self._database.system("reading another service's feed") as connection:
            return await position(connection, self._database.schema, self._source)

    async def passed(self, goal: Position) -> None:
        """Return once *goal* has been applied here. Raises Busy after CATCH_UP_TIMEOUT_S."""
        deadline = asyncio.get_running_loop().time() + CATCH_UP_TIMEOUT_S
        while asyncio.get_running_loop().time() < deadline:
            reached = self._reached if self._reached is not None else await self._stored()
            if (reached.epoch, reached.xid, reached.id) >= (goal.epoch, goal.xid, goal.id):
                return
            self._moved.clear()
            self._woken.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), timeout=LOOK_AGAIN_S)
        raise Busy(f"{self._name} is behind")


async def position(connection: Connection, schema: str, source: str) -> Position:
    """How far *schema* has read *source*."""
    row = await connection.fetchrow(
        f"""-- outbox.position
        SELECT epoch, xid, id FROM {schema}.reader_positions WHERE source = $1""",
        source,
    )
    return FEED_START if row is None else Position(epoch=row["epoch"], xid=row["xid"], id=row["id"])


async def _move(connection: Connection, schema: str, source: str, reached: Position) -> None:
    await connection.execute(
        f"""-- outbox.move
        INSERT INTO {schema}.reader_positions (source, epoch, xid, id) VALUES ($1, $2, $3, $4)
        ON CONFLICT ON CONSTRAINT reader_positions_key
        DO UPDATE SET epoch = excluded.epoch, xid = excluded.xid, id = excluded.id""",
        source,
        reached.epoch,
        reached.xid,
        reached.id,
    )
