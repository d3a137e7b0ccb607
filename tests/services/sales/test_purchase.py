"""A firm publishes, a buyer holds, orders, pays, and gets signed tickets."""

from tests.world import World


async def test_a_purchase_ends_in_signed_tickets(world: World) -> None:
    """Hold, order, pay: the order is confirmed and has one ticket a place, each with its own code."""
    sale = await world.sale({"Parter": {"capacity": 100}})
    order = await world.bought(sale, {"category_id": sale.categories["Parter"]["id"], "quantity": 2})

    assert ("confirmed", "paid") == (order["status"], order["payment_status"])
    assert 2 == len({ticket["code"] for ticket in order["tickets"]})
    assert (0, 2) == await world.stock(sale.categories["Parter"]["id"])
