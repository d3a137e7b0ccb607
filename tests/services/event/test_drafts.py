"""Drafting events: created, read, listed, changed, copied; seen by nobody else."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.auth.people import API, member, owner
from tests.services.event.stage import LATER, STARTS_AT, Firm, event_body, new_firm, refusal, wrong_field


class TestCreating:
    async def test_a_new_event_is_a_draft_with_an_address(self, firm: Firm) -> None:
        """Defaults are ten places an order, ten minutes a hold, Turkish lira and a tax of 20 %."""
        event = await firm.draft(title="Şölen Iğdır Çağrısı")
        assert ("draft", "solen-igdir-cagrisi", 1) == (event["status"], event["slug"], event["version"])
        assert (10, 10, None, "TRY", 2_000) == (
            event["max_per_order"],
            event["hold_minutes"],
            event["max_per_buyer"],
            event["currency"],
            event["tax_rate_bp"],
        )

    async def test_two_events_never_share_an_address(self, firm: Firm) -> None:
        """Not even those of the same title on the same evening."""
        slugs = {(await firm.draft(title="Aynı Akşam"))["slug"] for _ in range(5)}
        assert 5 == len(slugs)

    async def test_a_repeated_key_makes_one_event(self, firm: Firm) -> None:
        """The same request under the same Idempotency-Key gets the same answer; another body is refused."""
        key, body = uuid4().hex, event_body()
        first = await firm.call("POST", "/events", body, Idempotency_Key=key)
        second = await firm.call("POST", "/events", body, Idempotency_Key=key)
        assert first.json() == second.json()
        other = await firm.call("POST", "/events", event_body(), Idempotency_Key=key)
        assert (422, "idempotency_mismatch") == refusal(other)

    @pytest.mark.parametrize(
        ("field", "fields"),
        [
            ("title", {"title": ""}),
            ("title", {"title": "bo\u0000zuk"}),
            ("venue.city", {"venue": {"name": "x"}}),
            ("starts_at", {"starts_at": "2031-06-01"}),
            ("starts_at", {"starts_at": "2031-06-01T10:00:00"}),
            ("starts_at", {"starts_at": 1}),
            ("doors_at", {"doors_at": LATER}),
            ("timezone", {"timezone": "../../etc/passwd"}),
            ("hold_minutes", {"hold_minutes": 61}),
            ("hold_minutes", {"hold_minutes": "5"}),
            ("max_per_order", {"max_per_order": 0}),
            ("tax_rate_bp", {"tax_rate_bp": 10_001}),
            ("currency", {"currency": "XXX"}),
            ("status", {"status": "published"}),
        ],
    )
    async def test_a_wrong_field_is_named(self, firm: Firm, field: str, fields: dict[str, Any]) -> None:
        """Nothing is guessed, and nothing is stored."""
        assert (422, field) == wrong_field(await firm.call("POST", "/events", event_body(**fields)))


class TestReading:
    async def test_events_are_listed_latest_date_first(self, client: httpx.AsyncClient) -> None:
        """Page by page, each once; the cursor of the last page is null."""
        firm = await new_firm(client)
        for day in (3, 1, 2):
            await firm.draft(starts_at=f"2031-06-0{day}T18:00:00Z")
        first = (await firm.call("GET", "/events?limit=2")).json()
        second = (await firm.call("GET", f"/events?limit=2&after={first['next']}")).json()
        days = [event["starts_at"][:10] for event in first["items"] + second["items"]]
        assert ["2031-06-03", "2031-06-02", "2031-06-01"] == days
        assert second["next"] is None

    @pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=%00", "after=abc"])
    async def test_a_page_that_cannot_be_is_refused(self, firm: Firm, query: str) -> None:
        """The parameter is named."""
        assert (422, query.split("=", maxsplit=1)[0]) == wrong_field(
            await firm.call("GET", f"/events?{query}")
        )

    async def test_another_firms_event_is_unknown(self, firm: Firm, client: httpx.AsyncClient) -> None:
        """In its own path and in the other firm's path alike; without a token nobody is signed in."""
        event = await firm.draft()
        other = await new_firm(client)
        assert (404, "not_found") == refusal(await other.call("GET", f"/events/{event['id']}"))
        assert (404, "not_found") == refusal(await other.call("POST", f"/events/{event['id']}/publish"))
        path = f"{API}/organizations/{firm.id}/events/{event['id']}"
        assert (404, "not_found") == refusal(await client.get(path, headers=other.headers))
        assert 401 == (await client.get(path)).status_code

    async def test_who_may_only_read_may_not_write(self, client: httpx.AsyncClient) -> None:
        """A viewer lists events; making one needs events:manage."""
        boss, organization_id = await owner(client)
        viewer = await member(client, boss, organization_id, "viewer")
        path = f"{API}/organizations/{organization_id}/events"
        assert 200 == (await client.get(path, headers=viewer.headers)).status_code
        refused = await client.post(path, json=event_body(), headers=viewer.headers)
        assert (403, "permission_missing") == refusal(refused)


class TestChanging:
    async def test_a_change_names_the_version_it_was_made_on(self, firm: Firm) -> None:
        """Without If-Match and with an old one it is 412; the answer carries the next version."""
        event = await firm.draft()
        path = f"/events/{event['id']}"
        assert (412, "if_match_required") == refusal(await firm.call("PATCH", path, {"title": "x"}))
        changed = await firm.call("PATCH", path, {"title": "Yeni"}, If_Match='"1"')
        assert ("Yeni", '"2"') == (changed.json()["title"], changed.headers["ETag"])
        for behind in ('"1"', '"x"', "W/", "*"):
            refused = await firm.call("PATCH", path, {"title": "Eski"}, If_Match=behind)
            assert (412, "stale") == refusal(refused)
        assert "Yeni" == (await firm.call("GET", path)).json()["title"]

    async def test_null_empties_and_absence_keeps(self, firm: Firm) -> None:
        """A merge patch; a field that must be there cannot be emptied."""
        event = await firm.draft(ends_at=LATER, max_per_buyer=4)
        path = f"/events/{event['id']}"
        changed = await firm.call("PATCH", path, {"ends_at": None}, If_Match='"1"')
        assert (None, 4) == (changed.json()["ends_at"], changed.json()["max_per_buyer"])
        refused = await firm.call("PATCH", path, {"title": None}, If_Match='"2"')
        assert (422, "title") == wrong_field(refused)

    async def test_the_currency_and_unknown_fields_cannot_be_changed(self, firm: Firm) -> None:
        """Prices are in the currency; a misspelt field is not silently dropped."""
        event = await firm.draft()
        for field in ("currency", "statsu"):
            refused = await firm.call("PATCH", f"/events/{event['id']}", {field: "EUR"}, If_Match='"1"')
            assert (422, field) == wrong_field(refused)

    async def test_dates_are_checked_together(self, firm: Firm) -> None:
        """A start moved past the doors' opening is refused by the field that is now wrong."""
        event = await firm.draft(ends_at="2031-06-01T19:00:00Z")
        refused = await firm.call("PATCH", f"/events/{event['id']}", {"starts_at": LATER}, If_Match='"1"')
        assert (422, "ends_at") == wrong_field(refused)


class TestCopying:
    async def test_a_copy_is_a_draft_of_its_own(self, firm: Firm) -> None:
        """Categories and layout come along under fresh ids; times move with the start."""
        event = await firm.seated(seats=3, tables=1)
        copy = await firm.made(f"/events/{event['id']}/copy", {"starts_at": LATER, "title": "İkinci Gece"})
        layout = (await firm.call("GET", f"/events/{copy['id']}/layout")).json()
        categories = (await firm.call("GET", f"/events/{copy['id']}/categories")).json()["items"]
        assert ("draft", "ikinci-gece", LATER) == (copy["status"], copy["slug"], copy["starts_at"])
        assert [("Koltuk", 3), ("Masa", 1)] == [(item["name"], item["capacity"]) for item in categories]
        seats = layout["sections"][0]["rows"][0]["seats"]
        assert {categories[0]["id"]} == {seat["category_id"] for seat in seats}
        old = event["layout"]["sections"][0]["rows"][0]["seats"]
        assert [seat["key"] for seat in old] == [seat["key"] for seat in seats]
        assert not {seat["id"] for seat in old} & {seat["id"] for seat in seats}

    async def test_a_copy_without_a_title_keeps_it(self, firm: Firm) -> None:
        """The address differs all the same."""
        event = await firm.draft(title="Tekrar")
        copy = await firm.made(f"/events/{event['id']}/copy", {"starts_at": STARTS_AT})
        assert "Tekrar" == copy["title"]
        assert event["slug"] != copy["slug"]
