"""A repeat is the same act, also when all repeats come at one moment and share a batch."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from biletpro.kernel.ids import new_id
from tests.world import Sale, World

REPEATS = 12


@pytest.fixture
async def sale(world: World) -> Sale:
    """More places than repeats, so that stock does not hide a second act."""
    return await world.sale({"Parter": {"capacity": 50}})


async def held(world: World, sale: Sale, key: str | None = None) -> dict[str, Any]:
    item = {"category_id": sale.categories["Parter"]["id"], "quantity": 1}
    answer = await world.hold(sale, item, key=key)
    assert answer.status_code == 201, answer.text
    hold: dict[str, Any] = answer.json()
    return hold


async def test_many_holds_with_one_key_are_one_hold(world: World, sale: Sale) -> None:
    """One id, one place held."""
    key = str(uuid4())
    holds = await asyncio.gather(*(held(world, sale, key) for _ in range(REPEATS)))

    assert 1 == len({hold["id"] for hold in holds})
    assert (1, 0) == await world.stock(sale.categories["Parter"]["id"])


async def test_many_orders_with_one_key_are_one_order(world: World, sale: Sale) -> None:
    """One code, one line."""
    hold, key = await held(world, sale), str(new_id())
    answers = await asyncio.gather(*(world.order(hold, key) for _ in range(REPEATS)))

    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["code"] for answer in answers})
    rows = await world.sql("SELECT id FROM sales.orders WHERE hold_id = $1", hold["id"])
    assert 1 == len(rows)


async def test_many_orders_of_one_hold_are_one_order_and_refusals(world: World, sale: Sale) -> None:
    """Different keys are different acts: the hold can only be ordered once."""
    hold = await held(world, sale)
    answers = await asyncio.gather(*(world.order(hold) for _ in range(REPEATS)))

    assert 1 == [answer.status_code for answer in answers].count(201)
    assert {"hold_ordered"} == {answer.json()["code"] for answer in answers if answer.status_code != 201}


async def test_many_free_orders_with_one_key_are_one_confirmed_order(world: World) -> None:
    """The repeats meet the first one half-way; nobody is left without an answer."""
    free = {"capacity": 50, "price": {"amount": 0, "currency": "TRY"}}
    sale = await world.sale({"Parter": free})
    hold, key = await held(world, sale), str(new_id())
    answers = await asyncio.gather(*(world.order(hold, key) for _ in range(REPEATS)))
    settled = await world.order(hold, key)

    assert {201, 409} >= {answer.status_code for answer in answers}
    assert {"in_progress"} >= {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert ("confirmed", 1) == (settled.json()["status"], len(settled.json()["tickets"]))


async def test_many_payments_with_one_key_charge_once(world: World, sale: Sale) -> None:
    """Those that come while the first is being stored are told so; nobody is charged twice."""
    order = (await world.order(await held(world, sale))).json()
    key = str(new_id())
    answers = await asyncio.gather(*(world.pay(order, key=key) for _ in range(REPEATS)))
    settled = await world.pay(order, key=key)

    codes = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert codes <= {"in_progress"}
    assert 1 == len({answer.json()["id"] for answer in answers if answer.status_code == 201})
    assert "succeeded" == settled.json()["status"]
    rows = await world.sql("SELECT amount FROM sales.payments WHERE order_id = $1", order["id"])
    assert [order["total"]["amount"]] == [row["amount"] for row in rows]


async def test_many_payments_of_one_order_give_all_but_one_back(world: World, sale: Sale) -> None:
    """Twelve keys, twelve charges at the bank at worst; the books end with one."""
    order = (await world.order(await held(world, sale))).json()
    await asyncio.gather(*(world.pay(order) for _ in range(REPEATS)))
    operations = world.assembly.offers["sales"]
    for _ in range(3):
        await operations.give_money_back()  # type: ignore[attr-defined]  # offers are objects here

    rows = await world.sql(
        """SELECT coalesce(sum(l.amount), 0)::bigint AS amount FROM sales.ledger_entries e
             JOIN sales.ledger_lines l ON l.entry_id = e.id
            WHERE e.order_id = $1 AND l.account = 'clearing:sandbox'""",
        order["id"],
    )
    assert order["total"]["amount"] == rows[0]["amount"]
    found = await world.read_order(order)
    assert ("confirmed", "paid", 1) == (found["status"], found["payment_status"], len(found["tickets"]))
