"""Payments: whatever the bank does, every payment ends in tickets or in money returned, once."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from biletpro.adapters.payments import cards
from biletpro.kernel.ids import new_id
from tests.world import Sale, World, eventually

RETURN_URL = "http://127.0.0.1:9/siparis"


@pytest.fixture
async def sale(live_world: World) -> Sale:
    """One place, so that whoever comes second sees it."""
    return await live_world.sale({"Parter": {"capacity": 1}})


async def ordered(world: World, sale: Sale) -> dict[str, Any]:
    hold = await world.hold(sale, {"category_id": sale.categories["Parter"]["id"], "quantity": 1})
    assert 201 == hold.status_code, hold.text
    order: dict[str, Any] = (await world.order(hold.json())).json()
    return order


async def status_of(world: World, order: dict[str, Any]) -> tuple[str, str]:
    found = await world.read_order(order)
    return found["status"], found["payment_status"]


async def ledger(world: World, order: dict[str, Any]) -> dict[str, int]:
    """Balances by account over all entries of an order."""
    rows = await world.sql(
        """SELECT l.account, sum(l.amount)::bigint AS amount FROM sales.ledger_entries e
             JOIN sales.ledger_lines l ON l.entry_id = e.id WHERE e.order_id = $1 GROUP BY 1""",
        order["id"],
    )
    return {row["account"]: row["amount"] for row in rows if row["amount"]}


async def decide(payment: dict[str, Any], decision: str) -> httpx.Response:
    """What the person presses on the bank's own page."""
    async with httpx.AsyncClient() as browser:
        page = await browser.get(payment["redirect_url"])
        assert 200 == page.status_code
        return await browser.post(payment["redirect_url"], data={"decision": decision})


class TestAtOnce:
    async def test_a_good_card_gives_tickets(self, live_world: World, sale: Sale) -> None:
        """The payment's answer comes after the tickets are there; the books balance to the kuruş."""
        order = await ordered(live_world, sale)
        paid = await live_world.pay(order)

        assert "succeeded" == paid.json()["status"]
        assert ("confirmed", "paid") == await status_of(live_world, order)
        balances = await ledger(live_world, order)
        assert 0 == sum(balances.values())
        assert order["total"]["amount"] == balances["clearing:sandbox"]
        assert -order["lines"][0]["tax"]["amount"] == balances["tax:payable"]

    @pytest.mark.parametrize(
        ("card", "reason"),
        [(cards.DECLINED, "card_declined"), (cards.INSUFFICIENT_FUNDS, "insufficient_funds")],
    )
    async def test_a_refused_card_can_be_followed_by_a_good_one(
        self, live_world: World, sale: Sale, card: str, reason: str
    ) -> None:
        """The refusal says why; the order waits for another try."""
        order = await ordered(live_world, sale)
        refused = (await live_world.pay(order, card)).json()

        assert ("refused", reason) == (refused["status"], refused["reason"])
        assert ("pending", "unpaid") == await status_of(live_world, order)
        assert {} == await ledger(live_world, order)
        assert "succeeded" == (await live_world.pay(order)).json()["status"]

    async def test_the_same_key_pays_once(self, live_world: World, sale: Sale) -> None:
        """A repeat gives the first answer; the bank is asked once."""
        order, key = await ordered(live_world, sale), str(new_id())
        first = await live_world.pay(order, key=key)
        again = await live_world.pay(order, key=key)

        assert first.json() == again.json()
        assert order["total"]["amount"] == (await ledger(live_world, order))["clearing:sandbox"]

    async def test_a_paid_order_is_not_paid_again(self, live_world: World, sale: Sale) -> None:
        """The refusal names the state."""
        order = await ordered(live_world, sale)
        await live_world.pay(order)
        refused = await live_world.pay(order)

        assert (409, "order_not_payable", "paid") == (
            refused.status_code,
            refused.json()["code"],
            refused.json()["payment_status"],
        )

    async def test_an_unknown_provider_is_a_wrong_field(self, live_world: World, sale: Sale) -> None:
        """Nothing is stored."""
        order = await ordered(live_world, sale)
        headers = {"Order-Secret": order["secret"], "Idempotency-Key": str(new_id())}
        path = f"/api/v1/orders/{order['code']}/payments"
        refused = await live_world.client.post(path, json={"provider": "nobody"}, headers=headers)

        assert (422, "provider_unknown") == (refused.status_code, refused.json()["code"])


class TestThreeDSecure:
    async def test_the_bank_brings_the_browser_back(self, live_world: World, sale: Sale) -> None:
        """Approved on the bank's page, settled by its callback, the browser goes on to the order."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.THREE_D_SECURE, return_url=RETURN_URL)).json()
        assert "pending" == payment["status"]
        await decide(payment, "approve")

        async def confirmed() -> bool:
            return await status_of(live_world, order) == ("confirmed", "paid")

        await eventually(confirmed)

    async def test_denied_on_the_banks_page(self, live_world: World, sale: Sale) -> None:
        """The payment is refused, the order lives on."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.THREE_D_SECURE)).json()
        await decide(payment, "deny")
        path = f"/api/v1/orders/{order['code']}/payments/{payment['id']}"

        async def refused() -> bool:
            answer = await live_world.client.get(path, headers={"Order-Secret": order["secret"]})
            return bool(answer.json()["status"] == "refused")

        await eventually(refused)
        assert ("pending", "unpaid") == await status_of(live_world, order)

    async def test_a_callback_that_comes_twice_counts_once(self, live_world: World, sale: Sale) -> None:
        """One sale, one payment in the books, one ticket."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.CALLBACK_TWICE)).json()
        await decide(payment, "approve")

        async def confirmed() -> bool:
            return await status_of(live_world, order) == ("confirmed", "paid")

        await eventually(confirmed)
        assert order["total"]["amount"] == (await ledger(live_world, order))["clearing:sandbox"]
        assert 1 == len((await live_world.read_order(order))["tickets"])

    async def test_a_forged_callback_changes_nothing(self, live_world: World, sale: Sale) -> None:
        """Without the bank's signature nobody is even asked."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.THREE_D_SECURE)).json()
        forged = await live_world.client.post(
            "/api/v1/payments/sandbox/callback",
            json={"payment_id": payment["id"]},
            headers={"Sandbox-Signature": "t=1,v1=00"},
        )

        assert 422 == forged.status_code
        assert ("pending", "unpaid") == await status_of(live_world, order)

    async def test_starting_a_payment_prolongs_the_order_once(self, live_world: World, sale: Sale) -> None:
        """A minute before its end it lives on for five; a second start adds nothing."""
        order = await ordered(live_world, sale)
        await live_world.advance(timedelta(minutes=9))
        await live_world.pay(order, cards.THREE_D_SECURE)
        first = (await live_world.read_order(order))["expires_at"]
        await live_world.advance(timedelta(minutes=3))
        await live_world.pay(order, cards.THREE_D_SECURE)

        assert first > order["expires_at"]
        assert first == (await live_world.read_order(order))["expires_at"]


class TestHealing:
    async def heal(self, world: World, *, after: timedelta) -> None:
        """Time passes, and the clockwork asks the bank."""
        await world.advance(after)

    async def test_money_whose_answer_was_lost_becomes_tickets(self, live_world: World, sale: Sale) -> None:
        """The bank took it and never called: it is asked, and the order is confirmed."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.CALLBACK_LOST)).json()
        await decide(payment, "approve")
        await self.heal(live_world, after=timedelta(seconds=9))

        async def confirmed() -> bool:
            return await status_of(live_world, order) == ("confirmed", "paid")

        await eventually(confirmed)

    async def test_a_bank_that_hangs_leaves_the_payment_pending_and_is_asked_later(
        self, live_world: World, sale: Sale
    ) -> None:
        """The money was taken while we stopped listening: no second try, no lost ticket."""
        order = await ordered(live_world, sale)
        payment = await live_world.pay(order, cards.TIMES_OUT)
        assert (201, "pending") == (payment.status_code, payment.json()["status"])
        await self.heal(live_world, after=timedelta(seconds=9))

        async def confirmed() -> bool:
            return await status_of(live_world, order) == ("confirmed", "paid")

        await eventually(confirmed)
        assert order["total"]["amount"] == (await ledger(live_world, order))["clearing:sandbox"]

    async def test_two_processes_that_ask_at_once_settle_once(self, live_world: World, sale: Sale) -> None:
        """Whoever comes second finds it settled: one payment in the books, one ticket."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.CALLBACK_LOST)).json()
        await decide(payment, "approve")
        await live_world.advance(timedelta(seconds=9))
        operations = live_world.assembly.offers["sales"]
        asking = (operations.ask_silent_providers() for _ in range(4))  # type: ignore[attr-defined]  # an object
        await asyncio.gather(*asking)

        assert ("confirmed", "paid") == await status_of(live_world, order)
        assert order["total"]["amount"] == (await ledger(live_world, order))["clearing:sandbox"]
        assert 1 == len((await live_world.read_order(order))["tickets"])

    async def test_late_money_takes_its_places_again(self, live_world: World, sale: Sale) -> None:
        """The order had expired and its place was folded back, but nobody had taken it."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.CALLBACK_LOST)).json()
        await live_world.advance(timedelta(minutes=11))
        hold = await live_world.hold(sale, {"category_id": sale.categories["Parter"]["id"], "quantity": 1})
        released = await live_world.client.delete(
            f"/api/v1/holds/{hold.json()['id']}", headers={"Hold-Token": hold.json()["token"]}
        )
        assert (201, 204) == (hold.status_code, released.status_code)
        await decide(payment, "approve")
        await self.heal(live_world, after=timedelta(minutes=11))

        async def confirmed() -> bool:
            return await status_of(live_world, order) == ("confirmed", "paid")

        await eventually(confirmed)
        assert (0, 1) == await live_world.stock(sale.categories["Parter"]["id"])

    async def test_late_money_whose_places_are_gone_goes_back(self, live_world: World, sale: Sale) -> None:
        """The second buyer keeps the place; the first gets the money, and the books show both."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.CALLBACK_LOST)).json()
        await live_world.advance(timedelta(minutes=11))
        winner = await live_world.bought(
            sale, {"category_id": sale.categories["Parter"]["id"], "quantity": 1}
        )
        await decide(payment, "approve")
        await self.heal(live_world, after=timedelta(minutes=11))

        async def returned() -> bool:
            return await status_of(live_world, order) == ("expired", "refunded")

        await eventually(returned)
        assert {} == await ledger(live_world, order)
        assert 1 == len(winner["tickets"])
        assert (0, 1) == await live_world.stock(sale.categories["Parter"]["id"])

    async def test_a_payment_that_never_reached_the_bank_is_given_up(
        self, live_world: World, sale: Sale
    ) -> None:
        """The process died between the stored intent and the call: the bank has never heard of it."""
        order = await ordered(live_world, sale)
        payment_id = new_id()
        await live_world.sql(
            """INSERT INTO sales.payments (order_id, id, organization_id, provider, amount, currency, status,
                                           created_at)
               VALUES ($1, $2, $3, 'sandbox', 125000, 'TRY', 'pending', sales.clock())""",
            order["id"],
            payment_id,
            sale.owner.organization_id,
        )
        await live_world.sql(
            """INSERT INTO sales.payment_references (payment_id, order_id, ask_at)
               VALUES ($1, $2, sales.clock())""",
            payment_id,
            order["id"],
        )
        await self.heal(live_world, after=timedelta(seconds=60))
        path = f"/api/v1/orders/{order['code']}/payments/{payment_id}"

        async def refused() -> bool:
            answer = await live_world.client.get(path, headers={"Order-Secret": order["secret"]})
            return (answer.json()["status"], answer.json()["reason"]) == ("refused", "never_received")

        await eventually(refused)
        assert "succeeded" == (await live_world.pay(order)).json()["status"]

    async def test_a_guessed_refusal_gives_way_to_the_banks_word(self, live_world: World, sale: Sale) -> None:
        """Given up after a day, approved after all: the bank calls, is asked, and there are tickets."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.THREE_D_SECURE)).json()
        await live_world.advance(timedelta(hours=25))
        path = f"/api/v1/orders/{order['code']}/payments/{payment['id']}"

        async def given_up() -> bool:
            answer = await live_world.client.get(path, headers={"Order-Secret": order["secret"]})
            return bool(answer.json()["reason"] == "abandoned")

        await eventually(given_up)
        await decide(payment, "approve")

        async def confirmed() -> bool:
            return await status_of(live_world, order) == ("confirmed", "paid")

        await eventually(confirmed)
        await live_world.advance(timedelta(hours=-25))

    async def test_money_for_a_cancelled_event_goes_back(self, live_world: World, sale: Sale) -> None:
        """The bank's answer came after the cancellation: no ticket, the money returns."""
        order = await ordered(live_world, sale)
        payment = (await live_world.pay(order, cards.CALLBACK_LOST)).json()
        cancelled = await live_world.client.post(
            f"{sale.path}/cancel", json={"reason": "Sel"}, headers=sale.owner.headers()
        )
        assert 200 == cancelled.status_code, cancelled.text
        refused = await live_world.pay(order)
        await decide(payment, "approve")
        await self.heal(live_world, after=timedelta(seconds=30))

        async def returned() -> bool:
            return (await status_of(live_world, order))[1] == "refunded"

        await eventually(returned)
        assert (409, "sales_closed") == (refused.status_code, refused.json()["code"])
        assert [] == (await live_world.read_order(order))["tickets"]
        assert {} == await ledger(live_world, order)

    async def test_two_payments_of_one_order_keep_one(self, live_world: World, sale: Sale) -> None:
        """Both cards were charged: the second amount goes back by itself."""
        order = await ordered(live_world, sale)
        first = (await live_world.pay(order, cards.CALLBACK_LOST)).json()
        second = (await live_world.pay(order, cards.CALLBACK_LOST)).json()
        await decide(first, "approve")
        await decide(second, "approve")
        await self.heal(live_world, after=timedelta(seconds=30))

        async def settled() -> bool:
            rows = await live_world.sql("SELECT status FROM sales.refunds WHERE order_id = $1", order["id"])
            return [row["status"] for row in rows] == ["done"]

        await eventually(settled)
        assert ("confirmed", "paid") == await status_of(live_world, order)
        assert order["total"]["amount"] == (await ledger(live_world, order))["clearing:sandbox"]
