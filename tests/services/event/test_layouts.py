"""Layouts: drawn, redrawn under sale, and places kept back."""

from copy import deepcopy
from typing import Any

import httpx
import pytest

from biletpro.contracts.event import Events
from tests.services.event.stage import Firm, drawn, refusal, seats_of, wrong_field
from tests.services.event.test_life import terms_of
from tests.world import World


async def hold_seat(firm: Firm, event: dict[str, Any], place_id: str) -> httpx.Response:
    return await firm.client.post(
        f"/api/v1/events/{event['id']}/holds",
        json={"items": [{"category_id": event["seats"], "places": [{"id": place_id}]}]},
    )


class TestDrawing:
    async def test_places_keep_their_id_by_key(self, firm: Firm) -> None:
        """Drawn again with more seats, the old ones are the same places."""
        event = await firm.seated(seats=3, tables=1)
        more = drawn(event["seats"], event["tables"], seats=6, tables=1)
        layout = (await firm.call("PUT", f"/events/{event['id']}/layout", more)).json()
        ids = [seat["id"] for seat in seats_of(layout)]
        assert [seat["id"] for seat in seats_of(event["layout"])] == ids[:3]
        assert event["layout"]["tables"] == layout["tables"]
        assert layout == (await firm.call("GET", f"/events/{event['id']}/layout")).json()

    async def test_an_event_without_a_drawing_has_an_empty_one(self, firm: Firm) -> None:
        """Nothing is drawn, so nothing is missing."""
        event = await firm.draft()
        layout = (await firm.call("GET", f"/events/{event['id']}/layout")).json()
        assert ([], [], None) == (layout["sections"], layout["tables"], layout["background"])

    async def test_two_people_drawing_notice_each_other(self, firm: Firm) -> None:
        """If-Match is the layout's version; it is checked where it is given."""
        event = await firm.seated()
        path, version = f"/events/{event['id']}/layout", f'"{event["layout"]["version"]}"'
        assert 200 == (await firm.call("PUT", path, event["drawing"], If_Match=version)).status_code
        refused = await firm.call("PUT", path, event["drawing"], If_Match=version)
        assert (412, "stale") == refusal(refused)

    async def test_what_is_wrong_in_a_drawing_is_named_by_its_path(self, firm: Firm) -> None:
        """A doubled key, a category of another kind or event, a table for fewer than it seats."""
        event, other = await firm.seated(), await firm.seated()
        seat, table = ("sections", 0, "rows", 0, "seats", 1), ("tables", 1)
        wrongs: list[tuple[tuple[str | int, ...], str, Any]] = [
            (seat, "key", "s0"),
            (seat, "category_id", event["tables"]),
            (seat, "category_id", other["seats"]),
            (seat, "x", 1e9),
            (seat, "label", ""),
            (table, "key", "s0"),
            (table, "guests_max", 7),
            (table, "guests_min", 0),
            (table, "colour", "red"),
        ]
        for path, field, value in wrongs:
            drawing: Any = deepcopy(event["drawing"])
            target = drawing
            for step in path:
                target = target[step]
            target[field] = value
            refused = await firm.call("PUT", f"/events/{event['id']}/layout", drawing)
            named = ".".join(str(step) for step in path) + f".{field}"
            assert (422, named) == wrong_field(refused)
        assert event["layout"] == (await firm.call("GET", f"/events/{event['id']}/layout")).json()

    @pytest.mark.parametrize("places", [20_000, 20_001])
    async def test_a_layout_holds_twenty_thousand_places(self, firm: Firm, places: int) -> None:
        """A stadium's worth, in a body beyond the usual bound, and not one more."""
        event = await firm.draft()
        category = await firm.made(
            f"/events/{event['id']}/categories",
            {"name": "Tribün", "kind": "seats", "price": {"amount": 1, "currency": "TRY"}},
        )
        seats = [
            {"key": f"{n}", "label": "1", "category_id": category["id"], "x": 0, "y": 0}
            for n in range(places)
        ]
        row = {"key": "1", "label": "1", "seats": seats}
        drawing = {"sections": [{"key": "a", "name": "A", "rows": [{**row, "seats": seats[:10_000]}]}]}
        drawing["sections"].append({"key": "b", "name": "B", "rows": [{**row, "seats": seats[10_000:]}]})
        answer = await firm.call("PUT", f"/events/{event['id']}/layout", drawing)
        assert (200 if places == 20_000 else 422) == answer.status_code


class TestRedrawingUnderSale:
    async def test_a_place_that_is_held_stays(self, firm: Firm) -> None:
        """Neither removed nor moved to another category; the refusal names it and nothing has changed."""
        event = await firm.seated(seats=3, tables=0)
        vip = await firm.made(
            f"/events/{event['id']}/categories",
            {"name": "VIP", "kind": "seats", "price": {"amount": 99_900, "currency": "TRY"}},
        )
        await firm.made(f"/events/{event['id']}/publish", None)
        taken = seats_of(event["layout"])[2]["id"]
        assert 201 == (await hold_seat(firm, event, taken)).status_code
        fewer = drawn(event["seats"], event["tables"], seats=2, tables=0)
        moved = deepcopy(event["drawing"])
        moved["sections"][0]["rows"][0]["seats"][2]["category_id"] = vip["id"]
        for drawing in (fewer, moved):
            refused = await firm.call("PUT", f"/events/{event['id']}/layout", drawing)
            assert (409, "place_in_use") == refusal(refused)
            assert [taken] == refused.json()["ids"]
        layout = (await firm.call("GET", f"/events/{event['id']}/layout")).json()
        assert 3 == len(seats_of(layout))

    async def test_a_free_place_goes_and_a_new_one_sells(self, firm: Firm) -> None:
        """As soon as the new drawing has been answered."""
        event = await firm.seated(seats=2, tables=0)
        await firm.made(f"/events/{event['id']}/publish", None)
        old = seats_of(event["layout"])[1]["id"]
        drawing = deepcopy(event["drawing"])
        drawing["sections"][0]["rows"][0]["seats"][1]["key"] = "yeni"
        layout = (await firm.call("PUT", f"/events/{event['id']}/layout", drawing)).json()
        assert not (await hold_seat(firm, event, old)).is_success
        assert 201 == (await hold_seat(firm, event, seats_of(layout)[1]["id"])).status_code


class TestPlaces:
    async def test_a_place_kept_back_is_not_sold_until_it_is_opened(self, firm: Firm, events: Events) -> None:
        """The whole layout is told anew each time."""
        event = await firm.seated(seats=2, tables=0)
        await firm.made(f"/events/{event['id']}/publish", None)
        seat, path = seats_of(event["layout"])[0]["id"], f"/events/{event['id']}/places"
        kept = await firm.call("PATCH", path, {"ids": [seat], "state": "house_hold", "reason": "basın"})
        assert [seat] == kept.json()["changed"]
        assert (409, "places_taken") == refusal(await hold_seat(firm, event, seat))
        told = (await terms_of(events, event["id"]))[-1]
        assert ["house_hold", "open"] == [place.state for place in told.places or []]
        await firm.call("PATCH", path, {"ids": [seat], "state": "open", "reason": "gelmediler"})
        assert 201 == (await hold_seat(firm, event, seat)).status_code

    async def test_a_held_place_cannot_be_kept_back(self, firm: Firm) -> None:
        """Whoever holds it has it; of several, none is kept back then."""
        event = await firm.seated(seats=2, tables=0)
        await firm.made(f"/events/{event['id']}/publish", None)
        ids = [seat["id"] for seat in seats_of(event["layout"])]
        assert 201 == (await hold_seat(firm, event, ids[0])).status_code
        patch = {"ids": ids, "state": "killed", "reason": "arıza"}
        refused = await firm.call("PATCH", f"/events/{event['id']}/places", patch)
        assert (409, "place_in_use") == refusal(refused)
        assert [ids[0]] == refused.json()["ids"]
        assert 201 == (await hold_seat(firm, event, ids[1])).status_code

    async def test_places_of_another_event_are_unknown(self, firm: Firm) -> None:
        """Even of the same firm."""
        event, other = await firm.seated(seats=1), await firm.seated(seats=1)
        foreign = seats_of(other["layout"])[0]["id"]
        patch = {"ids": [foreign], "state": "killed", "reason": "arıza"}
        assert (404, "not_found") == refusal(await firm.call("PATCH", f"/events/{event['id']}/places", patch))

    async def test_why_and_by_whom_is_kept(self, firm: Firm, world: World) -> None:
        """Each change of state leaves a line; one that changes nothing leaves none."""
        event = await firm.seated(seats=1, tables=0)
        seat = seats_of(event["layout"])[0]["id"]
        patch = {"ids": [seat, seat], "state": "killed", "reason": "direk"}
        for _ in range(2):
            assert 200 == (await firm.call("PATCH", f"/events/{event['id']}/places", patch)).status_code
        rows = await world.sql(
            "SELECT place_ids, state, reason, actor FROM event.place_changes WHERE event_id = $1", event["id"]
        )
        assert [([seat], "killed", "direk")] == [
            ([str(id) for id in row["place_ids"]], row["state"], row["reason"]) for row in rows
        ]
        assert rows[0]["actor"].startswith("user:")
