"""What PostgreSQL could do here at best: the same functions in full batches, nothing in front of them."""

import json
import time
from dataclasses import dataclass
from typing import Any, Final

from biletpro.adapters.batching import BATCH_MAX
from biletpro.kernel.ids import new_id

from .processes import BenchFault
from .stage import Sale
from .system import Admin

WRITES_PER_PURCHASE: Final = 3
GRACE_S: Final = 300
ASK_AFTER_S: Final = 8
HOLD: Final = "SELECT sales.place_holds_v1($1::jsonb)"
ORDER: Final = "SELECT sales.place_orders_v1($1::jsonb)"
PAY: Final = "SELECT sales.start_payments_v1($1::jsonb)"
SETTLE: Final = "SELECT sales.settle_payments_v1($1::jsonb)"

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a hold of this sale's one place looks like to the database; taken from a real one."""

    event_id: str
    category_id: str
    terms_version: int
    currency: str
    total: int
    priced: list[Item]


async def pattern_of(admin: Admin, sale: Sale) -> Pattern:
    """From any hold of the sale that came over HTTP. Raises BenchFault."""
    row = await admin.fetchrow(
        """SELECT h.currency, h.total, h.lines, e.version
             FROM sales.holds h JOIN sales.events e ON e.event_id = h.event_id
            WHERE h.event_id = $1 AND jsonb_array_length(h.lines) = 1 LIMIT 1""",
        sale.event_id,
    )
    if row is None:
        raise BenchFault("no hold has come through over HTTP, so there is nothing to take a limit of")
    return Pattern(
        sale.event_id,
        sale.category_id,
        row["version"],
        row["currency"],
        row["total"],
        json.loads(row["lines"]),
    )


def _hold(pattern: Pattern, n: int, hold_id: str, place: str | None) -> Item:
    priced = pattern.priced
    if place is not None:
        priced = [{**priced[0], "place": {**priced[0]["place"], "id": place}}]
    wanted = {
        "category_id": pattern.category_id,
        "quantity": 1,
        "places": None if place is None else [place],
        "best": False,
    }
    return {
        "n": n,
        "id": hold_id,
        "event_id": pattern.event_id,
        "terms_version": pattern.terms_version,
        "key": str(new_id()),
        "body_hash": hold_id,
        "currency": pattern.currency,
        "total": pattern.total,
        "priced": priced,
        "lines": [wanted],
    }


def _order(n: int, hold_id: str, order_id: str) -> Item:
    return {
        "n": n,
        "id": order_id,
        "hold_id": hold_id,
        "code": f"BENCH-{order_id}",
        "record": new_id().hex * 2,
        "body_hash": order_id,
        "name": "Zeynep Kaya",
        "email": f"{order_id}@example.com",
        "phone": None,
        "consents": None,
        "holders": None,
    }


def _payment(n: int, order_id: str, payment_id: str) -> Item:
    return {
        "n": n,
        "id": payment_id,
        "order_code": f"BENCH-{order_id}",
        "provider": "sandbox",
        "return_url": None,
        "record": new_id().hex * 2,
        "body_hash": payment_id,
        "grace_seconds": GRACE_S,
        "ask_after_seconds": ASK_AFTER_S,
    }


def _outcome(n: int, order_id: str, payment_id: str) -> Item:
    return {
        "n": n,
        "payment_id": payment_id,
        "order_id": order_id,
        "outcome": "succeeded",
        "reason": None,
        "key_number": 1,
    }


async def _apply(admin: Admin, statement: str, items: str) -> None:
    """One statement and transaction, as the program makes it; every item must be granted."""
    answers = await admin.fetchval(statement, items)
    refused = [answer for answer in answers if '"granted"' not in answer and '"settled"' not in answer]
    assert not refused, f"the limit's own items are refused: {refused[0]}"


@dataclass(frozen=True, slots=True)
class Limit:
    """Acts a second, and how many writes were made to find out."""

    per_s: float
    writes: int


async def holds(admin: Admin, pattern: Pattern, duration_s: float, places: list[str] | None = None) -> Limit:
    """Holds in batches of BATCH_MAX; with *places*, each of them once, at most."""
    left = iter(places) if places is not None else None
    done, busy_s = 0, 0.0
    while busy_s < duration_s:
        chosen = [next(left, None) if left is not None else None for _ in range(BATCH_MAX)]
        if left is not None and None in chosen:
            break
        items = json.dumps([_hold(pattern, n, str(new_id()), place) for n, place in enumerate(chosen)])
        began = time.perf_counter()
        await _apply(admin, HOLD, items)
        busy_s += time.perf_counter() - began
        done += BATCH_MAX
    return Limit(done / busy_s if busy_s > 0 else 0.0, done)


async def purchases(admin: Admin, pattern: Pattern, duration_s: float) -> Limit:
    """Hold, order, payment, outcome: four functions, each in its own transaction, BATCH_MAX through all."""
    done, busy_s = 0, 0.0
    while busy_s < duration_s:
        ids = [(str(new_id()), str(new_id()), str(new_id())) for _ in range(BATCH_MAX)]
        steps = [
            (HOLD, [_hold(pattern, n, hold, None) for n, (hold, _, _) in enumerate(ids)]),
            (ORDER, [_order(n, hold, order) for n, (hold, order, _) in enumerate(ids)]),
            (PAY, [_payment(n, order, payment) for n, (_, order, payment) in enumerate(ids)]),
            (SETTLE, [_outcome(n, order, payment) for n, (_, order, payment) in enumerate(ids)]),
        ]
        written = [(statement, json.dumps(items)) for statement, items in steps]
        began = time.perf_counter()
        for statement, items in written:
            await _apply(admin, statement, items)
        busy_s += time.perf_counter() - began
        done += BATCH_MAX
    return Limit(done / busy_s, done * WRITES_PER_PURCHASE)
