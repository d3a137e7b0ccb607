"""Price categories, and what sales says to making them smaller."""

import asyncio
from typing import Any

import pytest

from biletpro.contracts.event import Events
from tests.services.event.stage import Firm, general, lira, refusal, wrong_field
from tests.services.event.test_life import terms_of
from tests.world import World, eventually


async def hold(firm: Firm, event: dict[str, Any], quantity: int) -> None:
    response = await firm.client.post(
        f"/api/v1/events/{event['id']}/holds",
        json={"items": [{"category_id": event["category"]["id"], "quantity": quantity}]},
    )
    assert 201 == response.status_code, response.text


class TestAdding:
    @pytest.mark.parametrize(
        ("field", "fields"),
        [
            ("capacity", {"capacity": None}),
            ("capacity", {"capacity": -1}),
            ("capacity", {"capacity": 1_000_001}),
            ("capacity", {"kind": "seats"}),
            ("price.currency", {"price": {"amount": 1, "currency": "EUR"}}),
            ("price.amount", {"price": {"amount": -1, "currency": "TRY"}}),
            ("price.amount", {"price": {"amount": 1.5, "currency": "TRY"}}),
            ("per_person", {"per_person": True}),
            ("color", {"color": "red"}),
            ("kind", {"kind": "standing"}),
        ],
    )
    async def test_a_wrong_field_is_named(self, firm: Firm, field: str, fields: dict[str, Any]) -> None:
        """Capacity is for general admission, per_person for tables, the price in the event's currency."""
        event = await firm.draft()
        refused = await firm.call("POST", f"/events/{event['id']}/categories", general(**fields))
        assert (422, field) == wrong_field(refused)

    async def test_numbered_kinds_count_their_open_places(self, firm: Firm) -> None:
        """A place that is kept back or killed is not counted."""
        event = await firm.seated(seats=4, tables=2)
        seat = event["layout"]["sections"][0]["rows"][0]["seats"][0]["id"]
        patch = {"ids": [seat], "state": "killed", "reason": "sütun arkası"}
        assert 200 == (await firm.call("PATCH", f"/events/{event['id']}/places", patch)).status_code
        items = (await firm.call("GET", f"/events/{event['id']}/categories")).json()["items"]
        assert [("Koltuk", 3), ("Masa", 2)] == [(item["name"], item["capacity"]) for item in items]


class TestChanging:
    async def test_a_capacity_stays_above_what_is_sold(self, firm: Firm) -> None:
        """Held places count too; the refusal says how many there are, and nothing has changed."""
        event = await firm.on_sale(capacity=10)
        path = f"/events/{event['id']}/categories/{event['category']['id']}"
        await hold(firm, event, 3)
        refused = await firm.call("PATCH", path, {"capacity": 2})
        assert (409, "capacity_below_sold") == refusal(refused)
        assert 3 == refused.json()["sold"]
        assert 3 == (await firm.call("PATCH", path, {"capacity": 3})).json()["capacity"]
        full = await firm.client.post(
            f"/api/v1/events/{event['id']}/holds",
            json={"items": [{"category_id": event["category"]["id"], "quantity": 1}]},
        )
        assert (409, "sold_out") == refusal(full)

    async def test_clerks_at_the_same_time_leave_both_services_of_one_mind(
        self, firm: Firm, world: World
    ) -> None:
        """Some are told that the record changed meanwhile; what sales then counts is what the event says."""
        event = await firm.on_sale(capacity=100)
        path = f"/events/{event['id']}/categories/{event['category']['id']}"
        answers = await asyncio.gather(
            *(firm.call("PATCH", path, {"capacity": capacity}) for capacity in range(50, 90, 5))
        )
        assert {200, 412} >= {answer.status_code for answer in answers}
        items = (await firm.call("GET", f"/events/{event['id']}/categories")).json()["items"]

        async def agreed() -> bool:
            statement = "SELECT capacity FROM sales.stock WHERE category_id = $1"
            rows = await world.sql(statement, event["category"]["id"])
            return [items[0]["capacity"]] == [row["capacity"] for row in rows]

        await eventually(agreed)

    async def test_a_new_price_is_told(self, firm: Firm, events: Events) -> None:
        """Under the event's next version; who has bought keeps the price of then."""
        event = await firm.on_sale()
        path = f"/events/{event['id']}/categories/{event['category']['id']}"
        changed = await firm.call("PATCH", path, {"price": lira(300)})
        assert (lira(300), '"2"') == (changed.json()["price"], changed.headers["ETag"])
        told = (await terms_of(events, event["id"]))[-1]
        assert (30_000, event["version"] + 1) == (told.categories[0].price.amount, told.version)

    async def test_if_match_is_checked_where_it_is_given(self, firm: Firm) -> None:
        """A category is small enough to be changed without; a version that is behind is refused."""
        event = await firm.on_sale()
        path = f"/events/{event['id']}/categories/{event['category']['id']}"
        assert 200 == (await firm.call("PATCH", path, {"name": "Ön"}, If_Match='"1"')).status_code
        assert (412, "stale") == refusal(await firm.call("PATCH", path, {"name": "Arka"}, If_Match='"1"'))

    async def test_the_kind_stays(self, firm: Firm) -> None:
        """Another kind is another category."""
        event = await firm.on_sale()
        path = f"/events/{event['id']}/categories/{event['category']['id']}"
        assert (422, "kind") == wrong_field(await firm.call("PATCH", path, {"kind": "seats"}))


class TestRemoving:
    async def test_an_unused_category_goes(self, firm: Firm) -> None:
        """Gone is unknown."""
        event = await firm.draft()
        category = await firm.made(f"/events/{event['id']}/categories", general())
        path = f"/events/{event['id']}/categories/{category['id']}"
        assert 204 == (await firm.call("DELETE", path)).status_code
        assert (404, "not_found") == refusal(await firm.call("DELETE", path))

    async def test_a_category_with_places_stays(self, firm: Firm) -> None:
        """The layout lets go of them first."""
        event = await firm.seated()
        path = f"/events/{event['id']}/categories/{event['seats']}"
        assert (409, "category_in_use") == refusal(await firm.call("DELETE", path))

    async def test_a_category_that_sells_stays(self, firm: Firm) -> None:
        """Somebody holds a place of it; once refused, it goes on selling."""
        event = await firm.on_sale(capacity=5)
        await hold(firm, event, 1)
        path = f"/events/{event['id']}/categories/{event['category']['id']}"
        assert (409, "capacity_below_sold") == refusal(await firm.call("DELETE", path))
        await hold(firm, event, 4)
