"""A hold is a buyer's timed claim."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.world import Sale, World

EXPIRY = timedelta(minutes=11)


def of(sale: Sale, name: str, quantity: int) -> dict[str, Any]:
    return {"category_id": sale.categories[name]["id"], "quantity": quantity}


@pytest.fixture
async def parterre(world: World) -> Sale:
    """Three places."""
    return await world.sale({"Parter": {"capacity": 3}})


class TestCounted:
    async def test_the_last_places_are_not_claimed_twice(self, world: World, parterre: Sale) -> None:
        """More than is left is refused; the answer says how many are left and when others may return."""
        first = await world.hold(parterre, of(parterre, "Parter", 2))
        refused = await world.hold(parterre, of(parterre, "Parter", 2))

        assert (409, "sold_out", 1) == (refused.status_code, refused.json()["code"], refused.json()["left"])
        assert first.json()["expires_at"][:19] == refused.json()["may_return_at"][:19]

    async def test_a_hold_that_ran_out_is_claimed_anew_without_a_sweeper(
        self, world: World, parterre: Sale
    ) -> None:
        """The end of a hold is made by the next batch that locks its category."""
        await world.hold(parterre, of(parterre, "Parter", 3))
        await world.advance(EXPIRY)

        assert 201 == (await world.hold(parterre, of(parterre, "Parter", 3))).status_code
        assert (3, 0) == await world.stock(parterre.categories["Parter"]["id"])

    async def test_a_hold_over_two_categories_ends_in_each_on_its_own(self, world: World) -> None:
        """Folding one category leaves the other's count right until its own turn."""
        sale = await world.sale({"Ön": {"capacity": 2}, "Arka": {"capacity": 2}})
        await world.hold(sale, of(sale, "Ön", 2), of(sale, "Arka", 2))
        await world.advance(EXPIRY)
        await world.hold(sale, of(sale, "Ön", 1))

        assert (1, 0) == await world.stock(sale.categories["Ön"]["id"])
        assert 201 == (await world.hold(sale, of(sale, "Arka", 2))).status_code

    async def test_all_or_nothing(self, world: World) -> None:
        """When one item cannot be had, none is claimed."""
        sale = await world.sale({"Ön": {"capacity": 5}, "Arka": {"capacity": 1}})
        refused = await world.hold(sale, of(sale, "Ön", 2), of(sale, "Arka", 2))

        assert 409 == refused.status_code
        assert (0, 0) == await world.stock(sale.categories["Ön"]["id"])

    async def test_the_limit_of_an_order_counts_all_its_places(self, world: World) -> None:
        """max_per_order is over all categories together."""
        sale = await world.sale({"Ön": {"capacity": 50}, "Arka": {"capacity": 50}}, max_per_order=4)
        refused = await world.hold(sale, of(sale, "Ön", 3), of(sale, "Arka", 2))

        assert (409, "limit_reached", 4) == (
            refused.status_code,
            refused.json()["code"],
            refused.json()["limit"],
        )

    async def test_a_category_of_another_event_is_unknown(self, world: World, parterre: Sale) -> None:
        """Nothing tells that it exists elsewhere."""
        other = await world.sale({"Parter": {"capacity": 3}})

        assert 404 == (await world.hold(other, of(parterre, "Parter", 1))).status_code


class TestRepeats:
    async def test_the_same_key_is_the_same_hold(self, world: World, parterre: Sale) -> None:
        """Also when nothing is left by the time of the repeat."""
        key = str(uuid4())
        first = await world.hold(parterre, of(parterre, "Parter", 3), key=key)
        again = await world.hold(parterre, of(parterre, "Parter", 3), key=key)

        assert first.json() == again.json()
        assert (3, 0) == await world.stock(parterre.categories["Parter"]["id"])

    async def test_the_same_key_with_another_wish_is_refused(self, world: World, parterre: Sale) -> None:
        """A key belongs to one request."""
        key = str(uuid4())
        await world.hold(parterre, of(parterre, "Parter", 1), key=key)
        refused = await world.hold(parterre, of(parterre, "Parter", 2), key=key)

        assert (422, "idempotency_mismatch") == (refused.status_code, refused.json()["code"])

    async def test_an_anonymous_key_is_a_uuid(self, world: World, parterre: Sale) -> None:
        """Without an account behind it, a guessable key would open somebody else's hold."""
        refused = await world.hold(parterre, of(parterre, "Parter", 1), key="0123456789abcdef")

        assert (422, "Idempotency-Key") == (refused.status_code, refused.json()["field"])

    async def test_a_refusal_is_judged_anew(self, world: World, parterre: Sale) -> None:
        """Only a success is kept under the key."""
        key = str(uuid4())
        blocking = (await world.hold(parterre, of(parterre, "Parter", 3))).json()
        assert 409 == (await world.hold(parterre, of(parterre, "Parter", 1), key=key)).status_code
        await world.client.delete(
            f"/api/v1/holds/{blocking['id']}", headers={"Hold-Token": blocking["token"]}
        )

        assert 201 == (await world.hold(parterre, of(parterre, "Parter", 1), key=key)).status_code


class TestOwned:
    async def test_given_back_is_free_at_once(self, world: World, parterre: Sale) -> None:
        """Twice is the same as once."""
        hold = (await world.hold(parterre, of(parterre, "Parter", 3))).json()
        path, headers = f"/api/v1/holds/{hold['id']}", {"Hold-Token": hold["token"]}

        assert [204, 204] == [
            (await world.client.delete(path, headers=headers)).status_code for _ in range(2)
        ]
        assert (0, 0) == await world.stock(parterre.categories["Parter"]["id"])

    @pytest.mark.parametrize("token", ["", "1.AAAA", "x", "9.zzz", "1.é"])
    async def test_without_its_token_a_hold_does_not_exist(
        self, world: World, parterre: Sale, token: str
    ) -> None:
        """Missing, malformed and wrong tokens are told apart by nobody."""
        hold = (await world.hold(parterre, of(parterre, "Parter", 1))).json()
        path, headers = f"/api/v1/holds/{hold['id']}", {b"Hold-Token": token.encode()}

        assert 404 == (await world.client.get(path, headers=headers)).status_code
        assert 404 == (await world.client.delete(path, headers=headers)).status_code

    async def test_a_change_keeps_id_and_end(self, world: World, parterre: Sale) -> None:
        """Changing the wish does not buy time."""
        hold = (await world.hold(parterre, of(parterre, "Parter", 1))).json()
        path, headers = f"/api/v1/holds/{hold['id']}", {"Hold-Token": hold["token"]}
        changed = await world.client.patch(path, json={"items": [of(parterre, "Parter", 3)]}, headers=headers)

        assert 200 == changed.status_code, changed.text
        assert (hold["id"], hold["expires_at"], 3) == (
            changed.json()["id"],
            changed.json()["expires_at"],
            len(changed.json()["lines"]),
        )
        assert (3, 0) == await world.stock(parterre.categories["Parter"]["id"])

    async def test_a_refused_change_leaves_the_old_claim(self, world: World, parterre: Sale) -> None:
        """What cannot be had costs nothing that one has."""
        hold = (await world.hold(parterre, of(parterre, "Parter", 1))).json()
        await world.hold(parterre, of(parterre, "Parter", 2))
        path, headers = f"/api/v1/holds/{hold['id']}", {"Hold-Token": hold["token"]}
        refused = await world.client.patch(path, json={"items": [of(parterre, "Parter", 2)]}, headers=headers)

        assert (409, "sold_out") == (refused.status_code, refused.json()["code"])
        assert 1 == len((await world.client.get(path, headers=headers)).json()["lines"])
        assert (3, 0) == await world.stock(parterre.categories["Parter"]["id"])

    async def test_a_quote_is_what_the_order_will_cost(self, world: World, parterre: Sale) -> None:
        """And an unknown voucher is said to be unknown."""
        hold = (await world.hold(parterre, of(parterre, "Parter", 2))).json()
        path, headers = f"/api/v1/holds/{hold['id']}/quote", {"Hold-Token": hold["token"]}
        quote = await world.client.post(path, json={}, headers=headers)
        refused = await world.client.post(path, json={"voucher": "YAZ25"}, headers=headers)

        assert (hold["lines"], hold["total"]) == (quote.json()["lines"], quote.json()["total"])
        assert (409, "voucher_unknown") == (refused.status_code, refused.json()["code"])
