"""What the operations of sales share: the doors to its database, its batchers, its secrets and its copy of terms."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from biletpro.adapters.batching import Batcher
from biletpro.adapters.idempotency import IdempotencyMismatch, InProgress
from biletpro.adapters.payments.provider import PaymentProvider
from biletpro.adapters.postgres import Database
from biletpro.adapters.signing import Keyring, SigningKeys
from biletpro.adapters.tasks import Tasks
from biletpro.contracts.sales import (
    EventPaused,
    FirmSuspended,
    HoldExpired,
    HoldOrdered,
    LimitReached,
    OrderNotPayable,
    OrderUnknown,
    PlacesTaken,
    SalesClosed,
    SoldOut,
)
from biletpro.kernel.errors import NotFound, Refusal

from ..domain import ORDER_CODE_PREFIX, SaleTerms, code_of
from ..store import batches, orders, terms

TERMS_KEPT_S: Final = 5.0
TERMS_MAX: Final = 1_000
NUMBERS_IN_BLOCK: Final = 100

# The inside of a JSON object, as store.batches takes it.
Item = str
Answer = dict[str, Any]
Statement = Callable[[Database, Sequence[Item]], Awaitable[Sequence[Answer]]]

_REFUSALS: Final[dict[str, type[Refusal]]] = {
    refusal.code: refusal
    for refusal in (
        EventPaused,
        FirmSuspended,
        HoldExpired,
        HoldOrdered,
        IdempotencyMismatch,
        InProgress,
        LimitReached,
        NotFound,
        OrderNotPayable,
        OrderUnknown,
        PlacesTaken,
        SalesClosed,
        SoldOut,
    )
}


def item_of(fields: dict[str, Any]) -> Item:
    """A batch's item."""
    return json.dumps(fields)[1:]


def refusal_of(answer: Answer) -> Refusal:
    """The refusal that a batch function answered."""
    facts = {name: value for name, value in answer.items() if name not in {"code", "n"}}
    return _REFUSALS[answer["code"]](**facts)


class TermsBook:
    """This process's copy of the terms of events that are selling now.

    It may be old: the batch refuses an outdated version, and then it is reloaded. One reload serves all who wait,
    and while it runs the old copy serves those who need not.
    """

    def __init__(self, database: Database, tasks: Tasks) -> None:
        self._database = database
        self._tasks = tasks
        self._known: dict[UUID, tuple[SaleTerms, float]] = {}
        self._loading: dict[UUID, asyncio.Task[SaleTerms]] = {}

    async def of(self, event_id: UUID) -> SaleTerms:
        """The terms as last known. Raises NotFound for an event that was never published."""
        known = self._known.get(event_id)
        if known is None:
            return await self.reload(event_id)
        if known[1] < time.monotonic():
            self._begin(event_id)
        return known[0]

    async def reload(self, event_id: UUID) -> SaleTerms:
        """The terms as they are stored now. Raises NotFound."""
        running = self._loading.get(event_id)
        if running is not None:  # begun before the change that we were told of, perhaps
            await asyncio.wait([running])
        return await asyncio.shield(self._begin(event_id))

    def _begin(self, event_id: UUID) -> "asyncio.Task[SaleTerms]":
        loading = self._loading.get(event_id)
        if loading is None:
            loading = self._tasks.start(self._load(event_id), "terms")
            self._loading[event_id] = loading
            loading.add_done_callback(lambda _: self._loading.pop(event_id))
        return loading

    async def _load(self, event_id: UUID) -> SaleTerms:
        known = self._known.get(event_id)
        async with self._database.system("reading the terms of an event that sells") as connection:
            found = await terms.terms(connection, event_id)
            if found is None:
                raise NotFound("no such event")
            if known is not None and known[0].terms.version == found.version:
                sale = known[0]
            elif known is not None and known[0].terms.layout_version == found.layout_version:
                sale = SaleTerms(found, known[0].places)
            else:
                layout = await terms.places(connection, event_id)
                sale = SaleTerms(found, {place.id: place for place in layout})
        if len(self._known) >= TERMS_MAX:
            self._known.clear()
        self._known[event_id] = (sale, time.monotonic() + TERMS_KEPT_S)
        return sale


class OrderCodes:
    """Hands out order codes from blocks of the sequence; a lost block only leaves a gap that nobody can see."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key
        self._numbers: list[int] = []
        self._asking = asyncio.Lock()

    async def next(self) -> str:
        """A code that no other order has."""
        while not self._numbers:
            async with self._asking:
                if not self._numbers:
                    async with self._database.system("numbering orders") as connection:
                        first = await batches.next_number_block(connection)
                    self._numbers = list(range(first, first + NUMBERS_IN_BLOCK))
        return ORDER_CODE_PREFIX + code_of(self._numbers.pop(), self._key)


@dataclass(frozen=True, slots=True)
class Edges:
    """What the assembly gives to sales beside the context."""

    database: Database
    tasks: Tasks
    keyring: Keyring
    ticket_keys: SigningKeys
    providers: dict[str, PaymentProvider]
    payment_grace_s: int
    batches_at_once: int


class Desk:
    """The base of the operations: one object a process."""

    def __init__(self, edges: Edges) -> None:
        self._database = edges.database
        self._edges = edges
        self._terms = TermsBook(edges.database, edges.tasks)
        self._codes = OrderCodes(edges.database, edges.keyring.derived("order codes"))
        self._lane = asyncio.Semaphore(edges.batches_at_once)
        self._hold_batches = self._batcher("holds", batches.place_holds)
        self._order_batches = self._batcher("orders", batches.place_orders)
        self._intent_batches = self._batcher("payment intents", batches.start_payments)
        self._outcome_batches = self._batcher("payment outcomes", batches.settle_payments)
        self._order_reads: Batcher[str, orders.OrderRow | None] = Batcher(
            "order reads", self._read_orders, edges.tasks
        )

    def _batcher(self, name: str, statement: Statement) -> Batcher[Item, Answer]:
        async def apply(items: Sequence[Item]) -> Sequence[Answer]:
            return await statement(self._database, items)

        return Batcher(name, apply, self._edges.tasks, lane=self._lane)

    async def _read_orders(self, codes: Sequence[str]) -> Sequence[orders.OrderRow | None]:
        found = await orders.orders_by_code(self._database, codes)
        return [found.get(code) for code in codes]

    async def close(self) -> None:
        """Stop accepting writes, apply what waits."""
        for batcher in (self._hold_batches, self._order_batches, self._intent_batches, self._outcome_batches):
            await batcher.close()
        await self._order_reads.close()
