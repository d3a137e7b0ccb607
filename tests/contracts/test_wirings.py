"""Every promise is kept in both wirings: by the service itself, and by a client of it over real HTTP messages."""

from typing import Any, cast

import httpx
import pytest

from biletpro.adapters import rpc
from biletpro.adapters.environment import Secret
from biletpro.adapters.outbox import Feed
from biletpro.assembly import CONTRACTS, NAMES
from biletpro.contracts.sales import (
    Buyer,
    CardBody,
    HoldItem,
    HoldPlaces,
    OrderBody,
    OrderRef,
    PaymentBody,
    PlaceOrder,
    Sales,
    SoldOut,
    StartPayment,
)
from biletpro.kernel.errors import Busy, Invalid
from biletpro.kernel.events import FeedRequest
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import ANONYMOUS, Caller, Once, service_caller
from tests.world import World

WIRINGS = ("local", "remote")


def offered(world: World, name: str, wiring: str) -> Any:
    """The promise as a peer in the same process, or in another, is handed it."""
    if wiring == "local":
        return world.assembly.offers[name]
    secret = world.assembly.settings.rpc_secret
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(world.assembly.rpc_app()), base_url=f"http://{name}"
    )
    return rpc.connect(CONTRACTS[name], client, secret, name)


def repeatable() -> Caller:
    return ANONYMOUS.model_copy(update={"once": Once(route="test", key=str(new_id()), body_hash="0" * 64)})


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_is_methods_of_one_message_in_and_one_out(name: str) -> None:
    """So that one small module can carry all of them."""
    promises = rpc.promises(CONTRACTS[name])

    assert "events" in promises


@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize("name", NAMES)
async def test_every_service_tells_its_events(world: World, name: str, wiring: str) -> None:
    """The feed is asked the same way wherever the service runs."""
    feed = cast("Feed", offered(world, name, wiring))
    page = await feed.events(service_caller("tests"), FeedRequest(limit=5))

    assert len(page.events) <= 5
    with pytest.raises(Invalid):
        await feed.events(service_caller("tests"), FeedRequest(limit=0))


@pytest.mark.parametrize("wiring", WIRINGS)
async def test_a_purchase_through_the_contract(world: World, wiring: str) -> None:
    """Hold, order, pay, read: messages survive the way whole, and so does a refusal with its facts."""
    sale = await world.sale({"Parter": {"capacity": 3}})
    sales = cast("Sales", offered(world, "sales", wiring))
    items = [HoldItem.model_validate({"category_id": sale.categories["Parter"]["id"], "quantity": 2})]
    wanted = HoldPlaces.model_validate({"event_id": sale.event_id, "items": items})
    hold = await sales.place_hold(repeatable(), wanted)
    with pytest.raises(SoldOut) as refusal:
        await sales.place_hold(repeatable(), wanted)
    buyer = Buyer(name="Zeynep Kaya", email="zeynep@example.com")
    body = OrderBody(hold_id=hold.id, buyer=buyer)
    order = await sales.place_order(repeatable(), PlaceOrder(token=hold.token, body=body))
    card = CardBody(number="4242424242424242", expiry="12/30", cvc="123")
    paying = StartPayment(
        code=order.code,
        secret=order.secret,
        body=PaymentBody(provider="sandbox", card=card),
        callback_base="http://testserver",
    )
    payment = await sales.start_payment(repeatable(), paying)
    paid = await sales.order(ANONYMOUS, OrderRef(code=order.code, secret=order.secret))

    assert ("succeeded", "confirmed", 2) == (payment.status, paid.status, len(paid.tickets))
    assert 1 == refusal.value.facts["left"]


async def test_a_peer_without_the_secret_is_not_answered(world: World) -> None:
    """The RPC port trusts nobody who cannot make a service token."""
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(world.assembly.rpc_app()), base_url="http://sales"
    )
    stranger = rpc.connect(Sales, client, Secret("another secret, just as long as it"), "sales")
    with pytest.raises(httpx.HTTPStatusError):
        await stranger.order(ANONYMOUS, OrderRef(code="BP-00000000", secret=""))


async def test_a_peer_that_is_away_is_busy() -> None:
    """Not a fault of the caller's."""
    client = rpc.client_for("http://127.0.0.1:9")
    sales = rpc.connect(Sales, client, Secret("a secret that is long enough for it"), "sales")
    with pytest.raises(Busy):
        await sales.order(ANONYMOUS, OrderRef(code="BP-00000000", secret=""))
    await client.aclose()
