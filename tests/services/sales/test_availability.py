"""What is free: fresh within a second, cheap for however many ask, and true also before anybody tidies."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.world import Sale, World, eventually


async def availability(world: World, sale: Sale, **params: Any) -> dict[str, Any]:
    answer = await world.client.get(f"/api/v1/events/{sale.event_id}/availability", params=params)
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_hold_is_seen_within_a_second(world: World) -> None:
    """The answer may be a cached one, but not for longer."""
    sale = await world.sale({"Parter": {"capacity": 10}})
    assert 10 == (await availability(world, sale))["categories"][0]["available"]
    await world.hold(sale, {"category_id": sale.categories["Parter"]["id"], "quantity": 4})

    async def fresh() -> bool:
        return bool((await availability(world, sale))["categories"][0]["available"] == 6)

    await eventually(fresh, within_s=1.0)


async def test_places_whose_hold_ran_out_count_as_free(world: World) -> None:
    """Although nobody has folded them yet."""
    sale = await world.seated(1, seats_in_row=4)
    seat = {"category_id": sale.categories["Salon"]["id"], "places": [{"id": sale.places["A2"]["id"]}]}
    await world.hold(sale, seat)
    await world.advance(timedelta(minutes=11))

    async def free() -> bool:
        found = await availability(world, sale)
        return bool((found["states"], found["categories"][0]["available"]) == ("ffff", 4))

    await eventually(free, within_s=1.0)


async def test_states_stand_in_layout_order(world: World) -> None:
    """F free, h held, s sold, c closed."""
    sale = await world.seated(1, seats_in_row=4)
    category = sale.categories["Salon"]["id"]
    await world.bought(sale, {"category_id": category, "places": [{"id": sale.places["A1"]["id"]}]})
    await world.hold(sale, {"category_id": category, "places": [{"id": sale.places["A3"]["id"]}]})
    body = {"ids": [sale.places["A4"]["id"]], "state": "killed", "reason": "Kolon arkası"}
    closed = await world.client.patch(f"{sale.path}/places", json=body, headers=sale.owner.headers())
    assert 200 == closed.status_code, closed.text

    async def seen() -> bool:
        return bool((await availability(world, sale))["states"] == "sfhc")

    await eventually(seen, within_s=1.0)


async def test_since_gives_what_changed_and_nothing_is_missed(world: World) -> None:
    """Applying the changes to the old states gives the new ones, also while buyers are at it."""
    sale = await world.seated(2)
    before = await availability(world, sale)
    category = sale.categories["Salon"]["id"]
    labels = ["A1", "A5", "B2", "B9"]
    await asyncio.gather(
        *(
            world.hold(sale, {"category_id": category, "places": [{"id": sale.places[label]["id"]}]})
            for label in labels
        )
    )
    after = await availability(world, sale, since=before["version"])
    states = list(before["states"])
    for change in after["changes"]:
        states[change["n"]] = change["state"]

    assert len(labels) == states.count("h")
    assert after["version"] > before["version"]
    assert [] == [
        change
        for change in (await availability(world, sale, since=after["version"]))["changes"]
        if change["state"] != states[change["n"]]
    ]


async def test_an_unknown_event_is_not_found_and_a_strange_version_is_a_wrong_field(world: World) -> None:
    """Each its problem document."""
    sale = await world.sale({"Parter": {"capacity": 1}})
    path = f"/api/v1/events/{sale.event_id}/availability"

    assert 404 == (await world.client.get(path.replace(sale.event_id[-4:], "0000"))).status_code
    for version in ("-1", "x", "²", "9" * 30):
        refused = await world.client.get(path, params={"since": version})
        assert (422, "since") == (refused.status_code, refused.json()["field"])
