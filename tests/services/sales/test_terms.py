"""What the firm changes, sales obeys: by event, within moments, without losing what is sold."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from biletpro.kernel.clock import utc_now
from biletpro.kernel.messages import rfc3339
from tests.world import Sale, World, eventually


def one(sale: Sale) -> dict[str, Any]:
    return {"category_id": sale.categories["Parter"]["id"], "quantity": 1}


@pytest.fixture
async def sale(world: World) -> Sale:
    """Five places."""
    return await world.sale({"Parter": {"capacity": 5}})


async def change_capacity(world: World, sale: Sale, capacity: int) -> Any:
    path = f"{sale.path}/categories/{sale.categories['Parter']['id']}"
    return await world.client.patch(path, json={"capacity": capacity}, headers=sale.owner.headers())


class TestWindows:
    async def test_a_draft_is_not_for_sale(self, world: World) -> None:
        """It does not even exist to buyers."""
        sale = await world.unpublished({"Parter": {"capacity": 5}})

        assert 404 == (await world.hold(sale, one(sale))).status_code

    async def test_before_its_start_and_after_its_end_a_sale_is_closed(self, world: World) -> None:
        """By the database's clock."""
        now = utc_now()
        sale = await world.sale(
            {"Parter": {"capacity": 5}},
            sales_start=rfc3339(now + timedelta(hours=1)),
            sales_end=rfc3339(now + timedelta(hours=3)),
        )
        codes = []
        for _ in range(3):
            codes.append((await world.hold(sale, one(sale))).status_code)
            await world.advance(timedelta(hours=2))

        assert [409, 201, 409] == codes

    async def test_a_paused_sale_refuses_until_it_is_resumed(self, world: World, sale: Sale) -> None:
        """When pause answers, buyers are refused already."""
        headers = sale.owner.headers()
        assert 200 == (await world.client.post(f"{sale.path}/pause", headers=headers)).status_code
        paused = await world.hold(sale, one(sale))
        assert 200 == (await world.client.post(f"{sale.path}/resume", headers=headers)).status_code

        assert (409, "event_paused") == (paused.status_code, paused.json()["code"])
        assert 201 == (await world.hold(sale, one(sale))).status_code


class TestPrices:
    async def set_price(self, world: World, sale: Sale, amount: int) -> None:
        path = f"{sale.path}/categories/{sale.categories['Parter']['id']}"
        price = {"price": {"amount": amount, "currency": "TRY"}}
        answer = await world.client.patch(path, json=price, headers=sale.owner.headers())
        assert 200 == answer.status_code, answer.text

    async def test_the_next_hold_has_the_new_price_and_the_earlier_one_keeps_its_own(
        self, world: World, sale: Sale
    ) -> None:
        """The process's copy of the terms is warm; the batch refuses it and it is reloaded."""
        earlier = (await world.hold(sale, one(sale))).json()
        await self.set_price(world, sale, 99_900)
        later = (await world.hold(sale, one(sale))).json()
        order = (await world.order(earlier)).json()

        assert (125_000, 99_900) == (earlier["total"]["amount"], later["total"]["amount"])
        assert 125_000 == order["total"]["amount"]

    async def test_a_change_succeeds_although_sales_does_not_listen(self, world: World) -> None:
        """The firm's word is stored; sales hears of it when it is back (docs/decisions/0006)."""
        sale = await world.sale({"Parter": {"capacity": 5_000}})
        listening = await asyncpg.connect(world.admin_url)
        transaction = listening.transaction()
        await transaction.start()
        # Whoever writes holds every feed of the cluster back.
        await listening.execute("SELECT pg_current_xact_id()")
        try:
            await self.set_price(world, sale, 88_800)
            deaf = (await world.hold(sale, one(sale))).json()
        finally:
            await transaction.rollback()
            await listening.close()

        async def heard() -> bool:
            return bool((await world.hold(sale, one(sale))).json()["total"]["amount"] == 88_800)

        assert 125_000 == deaf["total"]["amount"]
        await eventually(heard)


class TestCapacity:
    async def test_it_never_falls_below_what_is_claimed(self, world: World, sale: Sale) -> None:
        """The refusal says how many are sold or held; nothing changes."""
        await world.bought(sale, one(sale))
        await world.hold(sale, one(sale))
        refused = await change_capacity(world, sale, 1)

        assert (409, "capacity_below_sold", 2) == (
            refused.status_code,
            refused.json()["code"],
            refused.json()["sold"],
        )
        assert 201 == (await world.hold(sale, one(sale) | {"quantity": 3})).status_code

    async def test_more_capacity_is_on_sale_when_the_change_answers(self, world: World, sale: Sale) -> None:
        """docs/decisions/0006."""
        await world.hold(sale, one(sale) | {"quantity": 5})
        assert 200 == (await change_capacity(world, sale, 7)).status_code

        assert 201 == (await world.hold(sale, one(sale) | {"quantity": 2})).status_code

    async def test_a_held_place_cannot_be_taken_off_sale(self, world: World) -> None:
        """The refusal names it; a free one can."""
        sale = await world.seated(1)
        wanted = {"category_id": sale.categories["Salon"]["id"], "places": [{"id": sale.places["A1"]["id"]}]}
        await world.hold(sale, wanted)
        ids = [sale.places["A1"]["id"], sale.places["A2"]["id"]]
        body = {"ids": ids, "state": "house_hold", "reason": "Protokol"}
        headers = sale.owner.headers()
        refused = await world.client.patch(f"{sale.path}/places", json=body, headers=headers)

        assert (409, "place_in_use", ids[:1]) == (
            refused.status_code,
            refused.json()["code"],
            refused.json()["ids"],
        )
        taken = await world.client.patch(f"{sale.path}/places", json=body | {"ids": ids[1:]}, headers=headers)
        assert 200 == taken.status_code, taken.text
        kept = wanted | {"places": [{"id": ids[1]}]}
        assert "places_taken" == (await world.hold(sale, kept)).json()["code"]


async def test_a_suspended_firm_sells_nothing_new_within_two_seconds(world: World) -> None:
    """What it sold stays; an order that was placed before can still be paid."""
    sale = await world.sale({"Parter": {"capacity": 5_000}}, owner=await world.owner())
    hold = (await world.hold(sale, one(sale))).json()
    order = (await world.order(hold)).json()
    operator = await world.operator()
    path = f"/api/v1/platform/organizations/{sale.owner.organization_id}"
    body = {"reason": "Ödenmemiş fatura"}
    suspended = await world.client.post(f"{path}/suspend", json=body, headers=operator.headers())
    assert 200 == suspended.status_code, suspended.text

    async def refused() -> bool:
        answer = await world.hold(sale, one(sale))
        return answer.status_code == 409 and answer.json()["code"] == "firm_suspended"

    await eventually(refused, within_s=2.0)
    assert "succeeded" == (await world.pay(order)).json()["status"]
    resumed = await world.client.post(f"{path}/resume", json=body, headers=operator.headers())
    assert 200 == resumed.status_code, resumed.text

    async def sells() -> bool:
        return (await world.hold(sale, one(sale))).status_code == 201

    await eventually(sells, within_s=2.0)
