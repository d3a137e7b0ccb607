"""Group commit: what arrived while the last batch was committing is the next batch; faults stay where they belong."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from biletpro.adapters import batching
from biletpro.adapters.batching import Batcher
from biletpro.adapters.tasks import Tasks
from biletpro.kernel.errors import Busy

BAD = -1


class Statement:
    """Stands where the SQL function stands: doubles numbers, fails as told."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.faults: list[Exception] = []

    async def apply(self, items: Sequence[int]) -> Sequence[int]:
        await self.gate.wait()
        self.batches.append(list(items))
        if self.faults:
            raise self.faults.pop(0)
        if BAD in items:
            raise asyncpg.DataError("a bad item")
        return [2 * item for item in items]


@pytest.fixture
def statement() -> Statement:
    return Statement()


def batcher_of(statement: Statement, queue_max: int = 100) -> Batcher[int, int]:
    return Batcher("test", statement.apply, Tasks(), queue_max=queue_max)


async def test_what_waits_goes_together_in_order_of_arrival(statement: Statement) -> None:
    """The first is alone; all who came while it was committing share the second batch."""
    batcher = batcher_of(statement)
    statement.gate.clear()
    first = asyncio.ensure_future(batcher.submit(1))  # tidy: allow create-task - the test is the caller
    await asyncio.sleep(0.01)
    rest = asyncio.gather(*(batcher.submit(n) for n in range(2, 6)))
    await asyncio.sleep(0.01)
    statement.gate.set()

    assert (2, [4, 6, 8, 10]) == (await first, list(await rest))
    assert [[1], [2, 3, 4, 5]] == statement.batches


async def test_a_bad_item_fails_alone(statement: Statement) -> None:
    """The batch is halved until the culprit is by itself; the others are served."""
    batcher = batcher_of(statement)
    outcomes = await asyncio.gather(*(batcher.submit(n) for n in (1, 2, BAD, 3, 4)), return_exceptions=True)

    assert [2, 4, 6, 8] == [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert isinstance(outcomes[2], asyncpg.DataError)


@pytest.mark.parametrize(
    "fault",
    [asyncpg.SerializationError("40001"), asyncpg.ConnectionDoesNotExistError("gone"), OSError("reset")],
)
async def test_a_passing_fault_is_retried_once_whole(statement: Statement, fault: Exception) -> None:
    """The same items again, in the same order."""
    batcher = batcher_of(statement)
    statement.faults = [fault]

    assert [2, 4] == list(await asyncio.gather(batcher.submit(1), batcher.submit(2)))
    assert [[1, 2], [1, 2]] == statement.batches


async def test_a_fault_that_does_not_pass_is_busy_for_all(statement: Statement) -> None:
    """Nobody hears anything that did not happen."""
    batcher = batcher_of(statement)
    statement.faults = [OSError("reset"), OSError("reset")]
    outcomes = await asyncio.gather(batcher.submit(1), batcher.submit(2), return_exceptions=True)

    assert [Busy, Busy] == [type(outcome) for outcome in outcomes]
    assert 6 == await batcher.submit(3)


async def test_a_full_queue_refuses_at_once(statement: Statement) -> None:
    """No pile-up: 503 with Retry-After instead of a long wait."""
    batcher = batcher_of(statement, queue_max=2)
    statement.gate.clear()
    waiting = asyncio.gather(batcher.submit(1))
    await asyncio.sleep(0.01)
    more = asyncio.gather(batcher.submit(2), batcher.submit(3))
    await asyncio.sleep(0.01)
    with pytest.raises(Busy) as refusal:
        await batcher.submit(4)
    statement.gate.set()

    assert 1 == refusal.value.facts["retry_after_s"]
    assert ([2], [4, 6]) == (list(await waiting), list(await more))


async def test_whoever_left_is_not_applied(statement: Statement) -> None:
    """A caller that is gone when the batch is cut gets nothing done in his name."""
    batcher = batcher_of(statement)
    statement.gate.clear()
    first = asyncio.gather(batcher.submit(1))
    await asyncio.sleep(0.01)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(batcher.submit(2), timeout=0.01)
    third = asyncio.gather(batcher.submit(3))
    await asyncio.sleep(0.01)
    statement.gate.set()

    assert ([2], [6]) == (list(await first), list(await third))
    assert [[1], [3]] == statement.batches


async def test_closing_serves_what_waits_and_refuses_the_rest(statement: Statement) -> None:
    """Nothing inside a batch is cancelled."""
    batcher = batcher_of(statement)
    statement.gate.clear()
    waiting = asyncio.gather(batcher.submit(1))
    await asyncio.sleep(0.01)
    closing = asyncio.gather(batcher.close())
    await asyncio.sleep(0.01)
    with pytest.raises(Busy):
        await batcher.submit(2)
    statement.gate.set()
    await closing

    assert [2] == list(await waiting)


def test_the_deadline_is_shorter_than_a_buyers_patience() -> None:
    """An item that waited longer is dropped, so the queue's work is always of use."""
    assert 0 < batching.DEADLINE_S <= 5
