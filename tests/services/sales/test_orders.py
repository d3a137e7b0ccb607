"""An order takes over a hold; orders are their buyer's and their firm's."""

from datetime import timedelta
from typing import Any

import pytest

from biletpro.kernel.ids import new_id
from tests.world import Person, Sale, World


def places(sale: Sale, quantity: int = 1) -> dict[str, Any]:
    return {"category_id": sale.categories["Parter"]["id"], "quantity": quantity}


async def held(world: World, sale: Sale, quantity: int = 1) -> dict[str, Any]:
    hold: dict[str, Any] = (await world.hold(sale, places(sale, quantity))).json()
    return hold


@pytest.fixture
async def sale(world: World) -> Sale:
    """Ten places."""
    return await world.sale({"Parter": {"capacity": 10}})


class TestPlacing:
    async def test_an_order_costs_what_the_hold_said(self, world: World, sale: Sale) -> None:
        """Lines and total are those of the hold, whatever the price is by now."""
        hold = await held(world, sale, 2)
        category = sale.categories["Parter"]["id"]
        price = {"price": {"amount": 999_900, "currency": "TRY"}}
        path, headers = f"{sale.path}/categories/{category}", sale.owner.headers()
        changed = await world.client.patch(path, json=price, headers=headers)
        assert 200 == changed.status_code, changed.text
        order = (await world.order(hold)).json()

        assert (hold["lines"], hold["total"]) == (order["lines"], order["total"])
        assert ("pending", "unpaid", []) == (order["status"], order["payment_status"], order["tickets"])

    async def test_an_idempotency_key_is_required(self, world: World, sale: Sale) -> None:
        """A retried order without one could be two."""
        hold = await held(world, sale)
        body = {"hold_id": hold["id"], "buyer": {"name": "A B", "email": "a@example.com"}}
        refused = await world.client.post("/api/v1/orders", json=body, headers={"Hold-Token": hold["token"]})

        assert (400, "idempotency_key_missing") == (refused.status_code, refused.json()["code"])

    async def test_the_same_key_is_the_same_order(self, world: World, sale: Sale) -> None:
        """With another body it is refused; with another key the hold is gone."""
        hold, key = await held(world, sale), str(new_id())
        first = await world.order(hold, key)
        again = await world.order(hold, key)
        other = {"buyer": {"name": "Başka Biri", "email": "baska@example.com"}}
        mismatch = await world.order(hold, key, **other)
        second = await world.order(hold)

        assert first.json() == again.json()
        assert (422, "idempotency_mismatch") == (mismatch.status_code, mismatch.json()["code"])
        assert (409, "hold_ordered") == (second.status_code, second.json()["code"])

    async def test_an_expired_hold_makes_no_order(self, world: World, sale: Sale) -> None:
        """The places may be somebody else's by now."""
        hold = await held(world, sale)
        await world.advance(timedelta(minutes=11))
        refused = await world.order(hold)

        assert (409, "hold_expired") == (refused.status_code, refused.json()["code"])

    async def test_an_unpaid_order_ends_with_its_hold(self, world: World, sale: Sale) -> None:
        """Its places are on sale again, and it says that it has expired."""
        order = (await world.order(await held(world, sale, 10))).json()
        await world.advance(timedelta(minutes=11))

        assert "expired" == (await world.read_order(order))["status"]
        assert 10 == len((await held(world, sale, 10))["lines"])
        assert "expired" == (await world.read_order(order))["status"]

    async def test_a_free_order_is_confirmed_at_once(self, world: World) -> None:
        """Nothing to pay, nothing to wait for."""
        free = {"capacity": 5, "price": {"amount": 0, "currency": "TRY"}}
        sale = await world.sale({"Parter": free})
        order = (await world.order(await held(world, sale))).json()

        assert ("confirmed", "paid", 1) == (order["status"], order["payment_status"], len(order["tickets"]))

    async def test_attendees_are_named_on_their_tickets(self, world: World, sale: Sale) -> None:
        """Lines without one are in the buyer's name."""
        hold = await held(world, sale, 2)
        order = (await world.order(hold, attendees=[{"name": "İpek Işık"}])).json()
        await world.pay(order)

        assert ["İpek Işık", "Zeynep Kaya"] == [
            ticket["holder"] for ticket in (await world.read_order(order))["tickets"]
        ]

    async def test_a_telephone_is_kept_as_e164(self, world: World, sale: Sale) -> None:
        """As people in Turkey write it, and nonsense is refused."""
        buyer = {"name": "Zeynep", "email": "z@example.com"}
        hold = await held(world, sale)
        refused = await world.order(hold, buyer=buyer | {"phone": "call me"})
        order = (await world.order(hold, buyer=buyer | {"phone": "0532 123 45 67"})).json()

        assert (422, "buyer.phone") == (refused.status_code, refused.json()["field"])
        assert "+905321234567" == order["buyer"]["phone"]

    async def test_a_buyers_limit_counts_across_orders(self, world: World) -> None:
        """The same e-mail in any case is the same buyer."""
        sale = await world.sale({"Parter": {"capacity": 50}}, max_per_buyer=3)
        buyer = {"name": "Zeynep", "email": "limit@example.com"}
        assert 201 == (await world.order(await held(world, sale, 2), buyer=buyer)).status_code
        shouting = buyer | {"email": "LIMIT@EXAMPLE.COM"}
        refused = await world.order(await held(world, sale, 2), buyer=shouting)

        assert (409, "limit_reached", 3) == (
            refused.status_code,
            refused.json()["code"],
            refused.json()["limit"],
        )


class TestReading:
    async def test_without_its_secret_an_order_does_not_exist(self, world: World, sale: Sale) -> None:
        """Not to its reader, not to its payer."""
        order = (await world.order(await held(world, sale))).json()
        foreign = (await world.order(await held(world, sale))).json()["secret"]

        for secret in ("", "1.x", foreign):
            headers = {"Order-Secret": secret, "Idempotency-Key": str(new_id())}
            path = f"/api/v1/orders/{order['code']}"
            body = {"provider": "sandbox"}
            assert 404 == (await world.client.get(path, headers=headers)).status_code
            paying = await world.client.post(f"{path}/payments", json=body, headers=headers)
            assert 404 == paying.status_code

    async def test_a_code_is_read_in_any_case(self, world: World, sale: Sale) -> None:
        """People type it: o for 0 and lower case are mended."""
        order = (await world.order(await held(world, sale))).json()
        order["code"] = order["code"].lower().replace("0", "o").replace("1", "l")

        assert "pending" == (await world.read_order(order))["status"]


class TestGivingUp:
    async def test_an_unpaid_order_can_be_given_up(self, world: World, sale: Sale) -> None:
        """Its places are free at once."""
        order = (await world.order(await held(world, sale, 10))).json()
        path, headers = f"/api/v1/orders/{order['code']}/cancel", {"Order-Secret": order["secret"]}
        given_up = await world.client.post(path, headers=headers)

        assert (200, "cancelled") == (given_up.status_code, given_up.json()["status"])
        assert 10 == len((await held(world, sale, 10))["lines"])

    async def test_a_paid_order_is_not_given_up_by_its_buyer(self, world: World, sale: Sale) -> None:
        """That is the firm's to decide."""
        order = await world.bought(sale, places(sale))
        path, headers = f"/api/v1/orders/{order['code']}/cancel", {"Order-Secret": order["secret"]}
        refused = await world.client.post(path, headers=headers)

        assert (409, "order_not_cancellable", "confirmed") == (
            refused.status_code,
            refused.json()["code"],
            refused.json()["order_status"],
        )


class TestFirm:
    async def firm_get(self, world: World, owner: Person, rest: str = "", **params: Any) -> dict[str, Any]:
        path = f"/api/v1/organizations/{owner.organization_id}/orders{rest}"
        answer = await world.client.get(path, params=params, headers=owner.headers())
        assert 200 == answer.status_code, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def test_the_list_is_newest_first_and_pages(self, world: World, sale: Sale) -> None:
        """Two pages have every order once."""
        codes = [(await world.order(await held(world, sale))).json()["code"] for _ in range(3)]
        event = {"event": sale.event_id}
        first = await self.firm_get(world, sale.owner, limit=2, **event)
        second = await self.firm_get(world, sale.owner, limit=2, after=first["next"], **event)

        assert codes[::-1] == [order["code"] for order in first["items"] + second["items"]]
        assert second["next"] is None

    async def test_orders_are_found_by_code_email_and_status(self, world: World, sale: Sale) -> None:
        """Each filter narrows; together they all hold."""
        paid = await world.bought(sale, places(sale))
        buyer = {"name": "Ünal Şen", "email": "unal@example.com"}
        await world.order(await held(world, sale), buyer=buyer)
        event = {"event": sale.event_id}

        found = [
            [order["code"] for order in (await self.firm_get(world, sale.owner, **event, **wanted))["items"]]
            for wanted in ({"query": paid["code"]}, {"payment_status": "paid"}, {"status": "confirmed"})
        ]
        assert [[paid["code"]]] * 3 == found
        by_mail = await self.firm_get(world, sale.owner, query="unal@", **event)
        assert ["Ünal Şen"] == [order["buyer"]["name"] for order in by_mail["items"]]

    async def test_cancelling_returns_places_and_voids_tickets(self, world: World, sale: Sale) -> None:
        """Money is another operation: the order stays paid."""
        order = await world.bought(sale, places(sale, 2))
        path = f"/api/v1/organizations/{sale.owner.organization_id}/orders/{order['code']}/cancel"
        headers = sale.owner.headers()
        answer = await world.client.post(path, json={"reason": "Sanatçı hasta"}, headers=headers)
        again = await world.client.post(path, json={"reason": "Sanatçı hasta"}, headers=headers)

        cancelled = answer.json()["order"]
        assert ("cancelled", "paid") == (cancelled["status"], cancelled["payment_status"])
        assert {"cancelled"} == {ticket["status"] for ticket in cancelled["tickets"]}
        assert (0, 0) == await world.stock(sale.categories["Parter"]["id"])
        assert ["placed", "paid", "cancelled"] == [entry["what"] for entry in answer.json()["history"]]
        assert answer.json() == again.json()

    async def test_the_firm_sees_neither_secret_nor_ticket_codes(self, world: World, sale: Sale) -> None:
        """What opens the door belongs to the buyer."""
        order = await world.bought(sale, places(sale))
        seen = (await self.firm_get(world, sale.owner, f"/{order['code']}"))["order"]

        assert ("", "") == (seen["secret"], seen["tickets"][0]["code"])

    async def test_another_firms_order_is_unknown(self, world: World, sale: Sale) -> None:
        """Neither by its own path nor by ours."""
        order = await world.bought(sale, places(sale))
        stranger = await world.owner()

        for org in (stranger.organization_id, sale.owner.organization_id):
            path = f"/api/v1/organizations/{org}/orders/{order['code']}"
            assert 404 == (await world.client.get(path, headers=stranger.headers())).status_code
