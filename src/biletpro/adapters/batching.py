"""Group commit for writes: what arrived while the last batch was committing is the next batch.

One batcher serves every batched write (holds, orders, payments, …). It adds no wait of its own: under light load a
batch is one item, under a rush it grows until the database keeps up. Items are applied in the order in which they
came and each is answered on its own after the commit. The protocol of faults is docs/rules/selling.md's:

* an item that breaks the batch (SQLSTATE class 22 or 23) is found by halving and fails alone;
* a lost connection, a time-out or SQLSTATE 40, 53, 57 retries the batch once, whole, else all get Busy;
* every item carries its own id, so a repeat after a lost answer gives the first answer again.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

import asyncpg
import structlog

from biletpro.kernel.errors import Busy

from . import telemetry
from .tasks import Tasks

# Not more: with one batch for everybody, clients, process and database would work one after the other, in turns.
BATCH_MAX: Final = 64
QUEUE_MAX: Final = 4_000
DEADLINE_S: Final = 5.0
FLUSH_TIMEOUT_S: Final = 10.0
RETRY_PAUSE_S: Final = 0.05
# Alone and once more: whoever was first is committed by now, and is answered as the repeat that it is.
UNIQUE_VIOLATION: Final = "23505"
ITEM_FAULT_CLASSES: Final = ("22", "23")
PASSING_FAULT_CLASSES: Final = ("40", "53", "57", "08")

log = structlog.get_logger()

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Apply = Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]]


class _Waiting(Generic[Item, Outcome]):
    __slots__ = ("answer", "deadline", "item")

    def __init__(self, item: Item, answer: "asyncio.Future[Outcome]", deadline: float) -> None:
        self.item = item
        self.answer = answer
        self.deadline = deadline


class Batcher(Generic[Item, Outcome]):
    """Gathers concurrent `submit` calls and hands them to *apply* together.

    *apply* takes the items in order and returns one outcome an item, all in one transaction. Batchers that share a
    *lane* take turns in it: batches that would wait for each other's locks in the database wait here instead, where
    they grow.
    """

    def __init__(
        self,
        name: str,
        apply: Apply[Item, Outcome],
        tasks: Tasks,
        *,
        lane: asyncio.Semaphore | None = None,
        batch_max: int = BATCH_MAX,
        queue_max: int = QUEUE_MAX,
    ) -> None:
        self._name = name
        self._apply = apply
        self._tasks = tasks
        self._lane = asyncio.Semaphore(1) if lane is None else lane
        self._batch_max = batch_max
        self._queue_max = queue_max
        self._queue: deque[_Waiting[Item, Outcome]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    async def submit(self, item: Item) -> Outcome:
        """The outcome of *item* once its batch is committed. Raises Busy: full, late, closing, database away."""
        if self._closed or len(self._queue) >= self._queue_max:
            telemetry.BATCH_REJECTED.labels(self._name, "closing" if self._closed else "full").inc()
            raise Busy("too many requests are waiting", retry_after_s=1)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = loop.create_future()
        self._queue.append(_Waiting(item, answer, time.monotonic() + DEADLINE_S))
        if self._running is None:
            self._running = self._tasks.start(self._drain(), f"batcher-{self._name}")
        return await answer

    async def close(self) -> None:
        """Stop accepting, apply what waits, refuse the rest; nothing inside a batch is cancelled."""
        self._closed = True
        running = self._running
        if running is not None:
            await asyncio.wait([running], timeout=FLUSH_TIMEOUT_S)
        for waiting in self._queue:
            if not waiting.answer.done():
                waiting.answer.set_exception(Busy("the server is stopping"))
        self._queue.clear()

    async def _drain(self) -> None:
        # One turn of the loop first: requests that were parsed in the same turn share the batch.
        await asyncio.sleep(0)
        try:
            while self._queue:
                # Cut when it is our turn, not before: what arrives while others are at it comes along.
                async with self._lane:
                    batch = self._cut()
                    if batch:
                        telemetry.BATCH_ITEMS.labels(self._name).observe(len(batch))
                        await self._settle(batch, retried=False)
        finally:
            self._running = None

    def _cut(self) -> list[_Waiting[Item, Outcome]]:
        """The next batch, without those whose deadline passed or whose caller is gone."""
        batch: list[_Waiting[Item, Outcome]] = []
        now = time.monotonic()
        while self._queue and len(batch) < self._batch_max:
            waiting = self._queue.popleft()
            if waiting.answer.done():
                telemetry.BATCH_REJECTED.labels(self._name, "gone").inc()
            elif waiting.deadline < now:
                telemetry.BATCH_REJECTED.labels(self._name, "late").inc()
                waiting.answer.set_exception(Busy("waited too long"))
            else:
                batch.append(waiting)
        return batch

    async def _settle(self, batch: list[_Waiting[Item, Outcome]], *, retried: bool) -> None:
        try:
            outcomes = await self._apply([waiting.item for waiting in batch])
            assert len(outcomes) == len(batch), f"{self._name}: one outcome an item"
        except asyncpg.PostgresError as error:
            await self._mend(batch, error, error.sqlstate or "", retried=retried)
        except (OSError, TimeoutError, asyncpg.InterfaceError, Busy) as error:
            await self._mend(batch, error, "08", retried=retried)
        # tidy: allow blind-except - a bug in apply: every caller sees it, the batcher lives on
        except Exception as error:
            log.exception("batch_failed", batcher=self._name, items=len(batch))
            self._fail(batch, error)
        else:
            # Behind this task's next step: the database gets its next batch before these answers are written, or it
            # would idle for as long as that takes.
            asyncio.get_running_loop().call_soon(self._answer, batch, outcomes)

    @staticmethod
    def _answer(batch: list[_Waiting[Item, Outcome]], outcomes: Sequence[Outcome]) -> None:
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(outcome)

    async def _mend(
        self, batch: list[_Waiting[Item, Outcome]], error: Exception, sqlstate: str, *, retried: bool
    ) -> None:
        if sqlstate[:2] in ITEM_FAULT_CLASSES and len(batch) > 1:
            middle = len(batch) // 2
            await self._settle(batch[:middle], retried=retried)
            await self._settle(batch[middle:], retried=retried)
        elif (sqlstate[:2] in PASSING_FAULT_CLASSES or sqlstate == UNIQUE_VIOLATION) and not retried:
            log.warning("batch_retried", batcher=self._name, items=len(batch), sqlstate=sqlstate)
            await asyncio.sleep(RETRY_PAUSE_S)
            await self._settle(batch, retried=True)
        elif sqlstate[:2] in PASSING_FAULT_CLASSES:
            self._fail(batch, Busy("the database cannot be reached", retry_after_s=1))
        else:
            log.error(
                "batch_failed", batcher=self._name, items=len(batch), sqlstate=sqlstate, error=str(error)
            )
            self._fail(batch, error)

    def _fail(self, batch: list[_Waiting[Item, Outcome]], error: Exception) -> None:
        for waiting in batch:
            if not waiting.answer.done():
                waiting.answer.set_exception(error)
