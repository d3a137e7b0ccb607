"""Saved venues, and series: one play, thirty dates."""

from biletpro.contracts.event import Events
from biletpro.kernel import turkish
from tests.services.event.stage import Firm, drawn, general, lira, new_firm, refusal, wrong_field
from tests.services.event.test_life import terms_of

ZONE = "00000000-0000-7000-8000-000000000001"


class TestVenues:
    async def test_a_saved_venue_keeps_its_drawing(self, firm: Firm) -> None:
        """With the drawing's own zones; lists leave it out."""
        body = {"name": "Süreyya", "city": "İstanbul", "layout": drawn(ZONE, ZONE, seats=2, tables=1)}
        venue = await firm.made("/venues", body)
        found = (await firm.call("GET", f"/venues/{venue['id']}")).json()
        assert (True, venue) == (found["has_layout"], found)
        listed = next(
            item for item in (await firm.call("GET", "/venues")).json()["items"] if item["id"] == venue["id"]
        )
        assert (True, None) == (listed["has_layout"], listed["layout"])

    async def test_venues_are_listed_by_name_and_only_to_their_firm(self, firm: Firm) -> None:
        """As a Turkish dictionary has it, page by page."""
        mine = await new_firm(firm.client)
        names = ["Şan", "Çırağan", "Süreyya", "Cemal Reşit Rey"]
        for name in names:
            await mine.made("/venues", {"name": name, "city": "Bursa"})
        first = (await mine.call("GET", "/venues?limit=2")).json()
        second = (await mine.call("GET", f"/venues?limit=2&after={first['next']}")).json()
        assert sorted(names, key=turkish.sort_key) == [
            item["name"] for item in first["items"] + second["items"]
        ]
        assert "Cemal Reşit Rey" == first["items"][0]["name"]
        assert second["next"] is None
        foreign = await firm.call("GET", f"/venues/{first['items'][0]['id']}")
        assert (404, "not_found") == refusal(foreign)


class TestSeries:
    async def test_one_play_thirty_dates(self, firm: Firm) -> None:
        """Each date is a draft with the template's categories and layout, and an address of its own."""
        template = await firm.seated(seats=5, tables=1)
        dates = [f"2031-06-{day:02}T18:00:00Z" for day in range(1, 31)]
        body = {"title": "Hamlet", "template_event_id": template["id"], "starts_at": dates}
        series = await firm.made("/series", body)
        assert dates == [date["starts_at"] for date in series["dates"]]
        assert {"draft"} == {date["status"] for date in series["dates"]}
        assert 30 == len({date["slug"] for date in series["dates"]})
        assert ["koltuk", "masa"] == [category["key"] for category in series["categories"]]
        path = f"/events/{series['dates'][29]['event_id']}"
        categories = (await firm.call("GET", f"{path}/categories")).json()["items"]
        assert [("Koltuk", 5), ("Masa", 1)] == [(item["name"], item["capacity"]) for item in categories]
        assert series == (await firm.call("GET", f"/series/{series['id']}")).json()
        listed = (await firm.call("GET", "/series")).json()["items"]
        assert {"id": series["id"], "title": "Hamlet", "dates": 30} in listed

    async def test_a_new_price_reaches_every_date_to_come(self, firm: Firm, events: Events) -> None:
        """Drafts and published dates alike, sales hears of the latter; a cancelled one keeps its price."""
        template = await firm.draft()
        await firm.made(f"/events/{template['id']}/categories", general(name="Salon"))
        dates = [f"2031-07-0{day}T18:00:00Z" for day in (1, 2, 3)]
        body = {"title": "Martı", "template_event_id": template["id"], "starts_at": dates}
        series = await firm.made("/series", body)
        published, draft, cancelled = (date["event_id"] for date in series["dates"])
        await firm.made(f"/events/{published}/publish", None)
        await firm.made(f"/events/{cancelled}/cancel", {"reason": "turne"})
        path = f"/series/{series['id']}/categories/salon"
        answer = await firm.call("PATCH", path, {"price": lira(400)})
        assert lira(400) == answer.json()["categories"][0]["price"]
        prices = [
            (await firm.call("GET", f"/events/{event}/categories")).json()["items"][0]["price"]
            for event in (published, draft, cancelled)
        ]
        assert [lira(400), lira(400), lira(250)] == prices
        assert 40_000 == (await terms_of(events, published))[-1].categories[0].price.amount

    async def test_what_is_not_of_the_series_is_refused(self, firm: Firm) -> None:
        """An unknown template or key, a date twice, another currency."""
        template = await firm.on_sale()
        date = "2031-08-01T18:00:00Z"
        body = {"title": "Tek", "template_event_id": template["id"], "starts_at": [date]}
        series = await firm.made("/series", body)
        twice = await firm.call("POST", "/series", {**body, "starts_at": [date, "2031-08-01T21:00:00+03:00"]})
        assert (422, "starts_at") == wrong_field(twice)
        unknown = await firm.call("POST", "/series", {**body, "template_event_id": ZONE})
        assert (404, "not_found") == refusal(unknown)
        path = f"/series/{series['id']}/categories"
        assert (404, "not_found") == refusal(await firm.call("PATCH", f"{path}/loca", {"name": "x"}))
        euros = {"price": {"amount": 1, "currency": "EUR"}}
        assert (422, "price.currency") == wrong_field(await firm.call("PATCH", f"{path}/ayakta", euros))
