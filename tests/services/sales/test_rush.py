"""Everybody at once: never one place too many, never one too few."""

import asyncio
from collections import Counter
from typing import Any

from biletpro.adapters.payments import cards
from tests.world import Sale, World

BUYERS = 500
PLACES = 100


async def buy(world: World, sale: Sale, item: dict[str, Any], n: int) -> str:
    """One buyer, who tries a bad card first when *n* says so; what became of him."""
    held = await world.hold(sale, item)
    if held.status_code != 201:
        return str(held.json()["code"])
    order = (await world.order(held.json())).json()
    if n % 10 == 0:
        await world.pay(order, cards.DECLINED)
    paid = await world.pay(order)
    return str(paid.json()["status"])


async def invariants(world: World, sale: Sale) -> None:
    """Counts, claims and tickets say the same (docs/rules/selling.md)."""
    rows = await world.sql(
        """SELECT s.capacity, s.held, s.sold,
                  (SELECT coalesce(sum(c.quantity), 0) FROM sales.claims c
                    WHERE c.category_id = s.category_id AND c.state = 'live') AS live,
                  (SELECT coalesce(sum(c.quantity), 0) FROM sales.claims c
                    WHERE c.category_id = s.category_id AND c.state = 'sold') AS claimed,
                  (SELECT count(*) FROM sales.tickets t JOIN sales.order_lines l USING (order_id, n)
                    WHERE l.category_id = s.category_id AND t.status = 'valid') AS tickets
             FROM sales.stock s WHERE s.event_id = $1""",
        sale.event_id,
    )
    for row in rows:
        assert row["held"] == row["live"]
        assert row["sold"] == row["claimed"] == row["tickets"]
        assert row["held"] + row["sold"] <= row["capacity"]
    unbalanced = await world.sql(
        "SELECT entry_id FROM sales.ledger_lines GROUP BY entry_id HAVING sum(amount) <> 0"
    )
    assert [] == unbalanced


async def test_500_buyers_for_100_places_buy_exactly_100(world: World) -> None:
    """The others are told that it is sold out."""
    sale = await world.sale({"Parter": {"capacity": PLACES}})
    item = {"category_id": sale.categories["Parter"]["id"], "quantity": 1}
    ends = Counter(await asyncio.gather(*(buy(world, sale, item, n) for n in range(BUYERS))))

    assert {"succeeded": PLACES, "sold_out": BUYERS - PLACES} == ends
    assert (0, PLACES) == await world.stock(item["category_id"])
    await invariants(world, sale)


async def test_a_rush_on_the_same_seats_sells_each_once(world: World) -> None:
    """Five buyers for every seat, and best-available buyers among them."""
    sale = await world.seated(4)
    category = sale.categories["Salon"]["id"]
    wishes: list[dict[str, Any]] = [
        {"category_id": category, "places": [{"id": place["id"]}]} for place in sale.places.values()
    ] * 5
    wishes += [{"category_id": category, "quantity": 1, "best_available": True}] * 20
    ends = Counter(await asyncio.gather(*(buy(world, sale, wish, n) for n, wish in enumerate(wishes))))

    assert len(sale.places) == ends["succeeded"]
    assert {"succeeded", "places_taken", "sold_out"} >= set(ends)
    owners = await world.sql(
        "SELECT owner FROM sales.places WHERE event_id = $1 AND state = 'sold'", sale.event_id
    )
    assert len(sale.places) == len({row["owner"] for row in owners})
    await invariants(world, sale)
