"""The public catalogue: found however it is written, read by anyone, drafts hidden."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from tests.services.event.stage import LATER, STARTS_AT, Firm, drawn, refusal, wrong_field

API = "/api/v1/events"


async def found(client: httpx.AsyncClient, **query: str) -> list[str]:
    """The titles that a search finds, page after page."""
    titles, after = list[str](), ""
    while True:
        page = (
            await client.get(API, params={**query, "limit": "2", **({"after": after} if after else {})})
        ).json()
        titles += [item["title"] for item in page["items"]]
        if page["next"] is None:
            return titles
        after = page["next"]


class TestSearching:
    @pytest.mark.parametrize("query", ["ışıl", "ISIL", "Işıl", "isil özgür", "OZGUR", "isparta"])
    async def test_turkish_letters_are_found_however_they_are_typed(
        self, firm: Firm, client: httpx.AsyncClient, query: str
    ) -> None:
        """Dotted or not, with or without their marks, in the title, the venue or the city."""
        title = f"Işıl Özgür {uuid4().hex[:6]}"
        await firm.on_sale(title=title, venue={"name": "Açıkhava", "city": "Isparta"})
        assert title in await found(client, query=query)

    async def test_signs_of_patterns_mean_nothing(self, firm: Firm, client: httpx.AsyncClient) -> None:
        """A search for them alone shows everything, as an empty one does; with letters they are ignored."""
        event = await firm.on_sale()
        assert event["title"] in await found(client, query="%_\\")
        assert [] == await found(client, query="%yok-böyle-bir-şey_%")

    async def test_a_city_is_matched_whole(self, firm: Firm, client: httpx.AsyncClient) -> None:
        """Van is not Vancouver."""
        name = uuid4().hex[:8]
        for city in ("Van", "Vancouver"):
            await firm.on_sale(title=f"{name} {city}", venue={"name": "x", "city": city})
        assert [f"{name} Van"] == await found(client, query=name, city="VAN")

    async def test_a_time_range_is_of_starts_and_ordered(self, firm: Firm, client: httpx.AsyncClient) -> None:
        """By date; `from` is inside, `to` is not; a day is the whole day in Türkiye."""
        name = uuid4().hex[:8]
        for title, start in (("b", LATER), ("a", STARTS_AT)):
            await firm.on_sale(title=f"{name} {title}", starts_at=start)
        assert [f"{name} a", f"{name} b"] == await found(client, query=name)
        assert [f"{name} b"] == await found(client, query=name, **{"from": LATER})
        assert [f"{name} a"] == await found(client, query=name, to=LATER)
        day = {"from": "2031-06-01", "to": "2031-06-01"}
        assert [f"{name} a"] == await found(client, query=name, **day)

    @pytest.mark.parametrize("query", ["from=dün", "to=2031-06-01T00:00:00", "after=x", "limit=0"])
    async def test_a_wrong_parameter_is_named(self, client: httpx.AsyncClient, query: str) -> None:
        """Never guessed at."""
        assert (422, query.split("=", maxsplit=1)[0]) == wrong_field(await client.get(f"{API}?{query}"))


class TestVisiting:
    async def test_an_event_is_read_by_id_and_by_address(self, firm: Firm, client: httpx.AsyncClient) -> None:
        """With its prices, and nothing of how many places there are."""
        event = await firm.on_sale()
        by_id = (await client.get(f"{API}/{event['id']}")).json()
        assert by_id == (await client.get(f"{API}/{event['slug']}")).json()
        assert event["category"]["price"] == by_id["price_from"]
        assert "capacity" not in by_id["categories"][0]

    async def test_the_organizers_name_comes_through(self, firm: Firm, client: httpx.AsyncClient) -> None:
        """Heard from the organization service, within moments of the firm's opening."""
        event = await firm.on_sale()
        for _ in range(100):
            organizer = (await client.get(f"{API}/{event['id']}")).json()["organizer"]
            if organizer["name"] is not None:
                break
            await asyncio.sleep(0.05)
        assert organizer["name"].startswith("Firma ")

    async def test_a_draft_is_unknown(self, firm: Firm, client: httpx.AsyncClient) -> None:
        """By id, by address, its layout, its calendar entry and in the catalogue."""
        event = await firm.draft()
        for path in (event["id"], event["slug"], f"{event['id']}/layout", f"{event['id']}.ics", "yok", "%00"):
            assert (404, "not_found") == refusal(await client.get(f"{API}/{path}"))
        assert event["title"] not in await found(client, query=event["title"])

    async def test_a_cancelled_event_is_read_and_not_listed(
        self, firm: Firm, client: httpx.AsyncClient
    ) -> None:
        """Who has a ticket must be able to see that it is off."""
        event = await firm.on_sale()
        await firm.made(f"/events/{event['id']}/cancel", {"reason": "Yağmur"})
        assert "cancelled" == (await client.get(f"{API}/{event['slug']}")).json()["status"]
        assert "STATUS:CANCELLED" in (await client.get(f"{API}/{event['slug']}.ics")).text
        assert [] == await found(client, query=event["title"])

    async def test_a_layout_tells_the_public_no_states(self, firm: Firm, client: httpx.AsyncClient) -> None:
        """Availability does; a drawing that is known already is not sent again, a new one is."""
        event = await firm.seated(seats=2, tables=1)
        await firm.made(f"/events/{event['id']}/publish", None)
        path = f"{API}/{event['slug']}/layout"
        first = await client.get(path)
        places = [*first.json()["sections"][0]["rows"][0]["seats"], *first.json()["tables"]]
        assert {None} == {place["state"] for place in places}
        again = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (304, b"") == (again.status_code, again.content)
        more = drawn(event["seats"], event["tables"], seats=3, tables=1)
        assert 200 == (await firm.call("PUT", f"/events/{event['id']}/layout", more)).status_code
        changed = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert 3 == len(changed.json()["sections"][0]["rows"][0]["seats"])

    async def test_a_calendar_entry_can_be_taken_along(self, firm: Firm, client: httpx.AsyncClient) -> None:
        """As iCalendar, named after the event."""
        event = await firm.on_sale(title="Takvim, Konseri")
        answer = await client.get(f"{API}/{event['slug']}.ics")
        assert "text/calendar; charset=utf-8" == answer.headers["Content-Type"]
        assert f'attachment; filename="{event["slug"]}.ics"' == answer.headers["Content-Disposition"]
        assert "SUMMARY:Takvim\\, Konseri\r\n" in answer.text
