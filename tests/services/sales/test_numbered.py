"""Seats and tables: a place has at most one live owner, and the best available is a good choice."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world import Sale, World


def seats(sale: Sale, *labels: str) -> dict[str, Any]:
    return {
        "category_id": sale.categories["Salon"]["id"],
        "places": [{"id": sale.places[label]["id"]} for label in labels],
    }


def best(sale: Sale, quantity: int) -> dict[str, Any]:
    return {"category_id": sale.categories["Salon"]["id"], "quantity": quantity, "best_available": True}


def labels_of(hold: dict[str, Any]) -> list[str]:
    return [line["place"]["label"] for line in hold["lines"]]


class TestChosen:
    async def test_a_seat_has_one_owner(self, world: World) -> None:
        """The second who asks is told which of his seats are gone, and gets none of the others."""
        sale = await world.seated(2)
        assert 201 == (await world.hold(sale, seats(sale, "A1", "A2"))).status_code
        refused = await world.hold(sale, seats(sale, "A2", "A3"))

        assert (409, "places_taken", [sale.places["A2"]["id"]]) == (
            refused.status_code,
            refused.json()["code"],
            refused.json()["ids"],
        )
        assert 201 == (await world.hold(sale, seats(sale, "A3"))).status_code

    async def test_a_seat_whose_hold_ran_out_is_free(self, world: World) -> None:
        """And belongs to the next buyer, not to the first any more."""
        sale = await world.seated(1)
        late = (await world.hold(sale, seats(sale, "A1"))).json()
        await world.advance(timedelta(minutes=11))
        held = await world.hold(sale, seats(sale, "A1"))
        refused = await world.order(late)

        assert 201 == held.status_code
        assert (409, "hold_expired") == (refused.status_code, refused.json()["code"])

    async def test_a_seat_of_another_event_is_unknown(self, world: World) -> None:
        """Ids of other events open nothing."""
        sale, other = await world.seated(1), await world.seated(1)
        mixed = {
            "category_id": sale.categories["Salon"]["id"],
            "places": [{"id": other.places["A1"]["id"]}],
        }

        assert 404 == (await world.hold(sale, mixed)).status_code

    async def test_a_bought_seat_is_printed_on_its_ticket(self, world: World) -> None:
        """The ticket names row and seat."""
        sale = await world.seated(2)
        order = await world.bought(sale, seats(sale, "B3"))

        assert ("Salon", "B", "B3") == tuple(
            order["tickets"][0]["place"][name] for name in ("section", "row", "label")
        )


class TestBestAvailable:
    async def test_front_and_centre_first(self, world: World) -> None:
        """Two neighbours in the middle of the front row."""
        sale = await world.seated(3)

        assert ["A5", "A6"] == labels_of((await world.hold(sale, best(sale, 2))).json())

    async def test_neighbours_even_if_that_means_the_next_row(self, world: World) -> None:
        """Adjacent beats nearer."""
        sale = await world.seated(2)
        await world.hold(sale, seats(sale, "A3", "A6", "A9"))

        assert ["B4", "B5", "B6", "B7"] == labels_of((await world.hold(sale, best(sale, 4))).json())

    async def test_no_seat_is_left_alone(self, world: World) -> None:
        """A window that would orphan a seat is passed over while another can be had."""
        sale = await world.seated(1, seats_in_row=5)
        hold = (await world.hold(sale, best(sale, 2))).json()

        assert labels_of(hold) in (["A1", "A2"], ["A4", "A5"])

    async def test_too_few_neighbours_is_sold_out(self, world: World) -> None:
        """Single seats are offered as what they are: `left` says how many."""
        sale = await world.seated(1, seats_in_row=5)
        await world.hold(sale, seats(sale, "A2", "A4"))
        refused = await world.hold(sale, best(sale, 2))

        assert (409, "sold_out", 3) == (refused.status_code, refused.json()["code"], refused.json()["left"])

    async def test_numbered_places_want_a_choice(self, world: World) -> None:
        """A bare quantity of seats says neither which nor `best_available`."""
        sale = await world.seated(1)
        refused = await world.hold(sale, {"category_id": sale.categories["Salon"]["id"], "quantity": 1})

        assert (422, "items.0") == (refused.status_code, refused.json()["field"])


class TestTables:
    def table(self, sale: Sale, label: str, guests: int | None = None) -> dict[str, Any]:
        place = {"id": sale.places[label]["id"]} | ({} if guests is None else {"guests": guests})
        return {"category_id": sale.categories["Gala"]["id"], "places": [place]}

    async def test_a_whole_table_costs_its_price_and_admits_all_its_guests(self, world: World) -> None:
        """One line, one ticket, N people."""
        sale = await world.tabled(2)
        order = await world.bought(sale, self.table(sale, "Masa 1"))

        assert (250_000, 1, 12) == (
            order["total"]["amount"],
            len(order["tickets"]),
            order["tickets"][0]["admits"],
        )

    async def test_a_table_priced_per_guest_costs_by_guests(self, world: World) -> None:
        """And admits as many."""
        sale = await world.tabled(2, per_person=True)
        hold = (await world.hold(sale, self.table(sale, "Masa 1", guests=9))).json()

        assert (9 * 250_000, 9) == (hold["total"]["amount"], hold["lines"][0]["admits"])

    @pytest.mark.parametrize("guests", [7, 13])
    async def test_guests_stay_within_the_table(self, world: World, guests: int) -> None:
        """Fewer than the least or more than the most is refused."""
        sale = await world.tabled(1, per_person=True)
        refused = await world.hold(sale, self.table(sale, "Masa 1", guests=guests))

        assert (422, "items.0.places.guests") == (refused.status_code, refused.json()["field"])
