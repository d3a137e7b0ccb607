"""Events: in order, none missing, each once in effect."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from biletpro.adapters import outbox
from biletpro.adapters.postgres import Connection, Database
from biletpro.kernel.errors import Invalid
from biletpro.kernel.events import FEED_START, Event, FeedPage, FeedRequest, Position, RecordedEvent
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import ANONYMOUS, Caller
from tests.world import World, eventually

REASON = "serving the feed to other services"


class Happened(Event):
    """Something to tell."""

    key: UUID
    number: int

    def event_key(self) -> UUID:
        return self.key


class FileFeed:
    """The file service's outbox, which nobody else writes to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:  # noqa: ARG002 - the promise's shape
        async with self._database.system(REASON) as connection:
            return await outbox.read(connection, "file", request)


@pytest.fixture
def database(world: World) -> Database:
    return world.assembly.database("file")


async def tell(database: Database, *numbers: int) -> None:
    async with database.system(REASON) as connection:
        for number in numbers:
            await outbox.put(connection, "file", Happened(key=new_id(), number=number), None)


async def told(database: Database, after: Position = FEED_START) -> list[int]:
    page = await FileFeed(database).events(ANONYMOUS, FeedRequest(after=after, limit=1_000))
    return [event.payload["number"] for event in page.events]


async def all_told(database: Database, after: Position, numbers: list[int]) -> None:
    """Nothing is read while any older transaction of the whole server writes, so it may take a moment."""

    async def visible() -> bool:
        return await told(database, after) == numbers

    await eventually(visible)


async def test_an_event_that_commits_late_is_not_overtaken(world: World, database: Database) -> None:
    """While an older transaction is open, nothing newer is read; then all comes, in order."""
    start = (await FileFeed(database).events(ANONYMOUS, FeedRequest(limit=1_000))).reached
    slow = await asyncpg.connect(world.admin_url)
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(
        "INSERT INTO file.outbox (id, type, key, payload) VALUES ($1, 'Happened', $1, '{\"number\": 1}')",
        new_id(),
    )
    await tell(database, 2)
    during = await told(database, start)
    await transaction.commit()
    await slow.close()

    assert [] == during
    await all_told(database, start, [1, 2])


async def test_a_reader_applies_each_event_once_although_it_fails_on_the_way(
    world: World, database: Database
) -> None:
    """Effects and position move together: what rolled back is done again, what committed is not."""
    applied: list[int] = []
    failing = True

    async def handle(connection: Connection, event: RecordedEvent) -> None:
        nonlocal failing
        await connection.execute(
            "INSERT INTO analytics.reader_positions (source, epoch, xid, id) VALUES ($1, 0, 0, $2)",
            f"effect {event.payload['number']}",
            event.position.id,
        )
        if failing and event.payload["number"] == 12:
            failing = False
            raise ConnectionError("the process was killed here")
        applied.append(event.payload["number"])

    target = world.assembly.database("analytics")
    reader = outbox.Reader(target, "file", FileFeed(database), handle)
    while await reader.step():
        applied.clear()
    start = (await FileFeed(database).events(ANONYMOUS, FeedRequest(limit=1_000))).reached
    await tell(database, 11, 12, 13)
    await all_told(database, start, [11, 12, 13])
    with pytest.raises(ConnectionError):
        await reader.step()
    await reader.step()

    assert [11, 12, 13] == applied
    assert 0 == await reader.step()


async def test_one_process_leads_and_another_takes_over(world: World) -> None:
    """A lease lives as long as its connection; when that goes, whoever waits has it."""
    leadership = world.assembly.leadership
    lease = await leadership.lead("the tests' work")
    other = type(leadership)(world.assembly.settings.database_url, "other")
    waiting = asyncio.gather(other.lead("the tests' work"))
    await asyncio.sleep(0.1)

    assert not waiting.done()
    await lease.prove()
    await leadership.close()
    (taken,) = await asyncio.wait_for(waiting, timeout=5)
    await taken.prove()
    await other.close()


@pytest.mark.parametrize("text", ["", "x", "1.2", "1.2.3", "-1.0." + "0" * 32, "1.2." + "0" * 32 + ".4"])
def test_a_strange_cursor_is_a_wrong_field(text: str) -> None:
    """Only what the feed wrote is read back."""
    with pytest.raises(Invalid) as refusal:
        Position.parse(text)

    assert {"field": "after"} == refusal.value.facts
