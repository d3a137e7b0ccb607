"""An event's life, and how selling hears of each step."""

from datetime import timedelta
from typing import cast

import pytest

from biletpro.contracts.event import Events
from biletpro.contracts.terms import EventTerms, EventTermsChanged
from biletpro.kernel.clock import utc_now
from biletpro.kernel.events import FEED_START, FeedRequest, Position, RecordedEvent
from biletpro.kernel.messages import rfc3339
from biletpro.kernel.permissions import service_caller
from biletpro.services.event.operations import EventOperations
from biletpro.services.event.operations.firms import hear_of_firm
from tests.services.event.stage import LATER, Firm, general, refusal, wrong_field
from tests.world import World


async def terms_of(events: Events, event_id: str) -> list[EventTerms]:
    """Everything that was told of an event, in order."""
    after, found = FEED_START, list[EventTerms]()
    while page := (await events.events(service_caller("tests"), FeedRequest(after=after))).events:
        after = page[-1].position
        told = [EventTermsChanged.model_validate(event.payload).terms for event in page]
        found.extend(terms for terms in told if str(terms.event_id) == event_id)
    return found


class TestPublishing:
    async def test_what_is_published_can_be_bought_at_once(self, firm: Firm) -> None:
        """When publish answers, a hold is granted: no client has to wait and ask again."""
        event = await firm.on_sale(capacity=5)
        held = await firm.client.post(
            f"/api/v1/events/{event['id']}/holds",
            json={"items": [{"category_id": event["category"]["id"], "quantity": 2}]},
        )
        assert 201 == held.status_code, held.text

    async def test_a_draft_tells_nobody_and_publishing_tells_everything(
        self, firm: Firm, events: Events
    ) -> None:
        """The first terms carry the whole layout, in order; then places come only when they changed."""
        event = await firm.seated(seats=3, tables=2)
        assert [] == await terms_of(events, event["id"])
        await firm.made(f"/events/{event['id']}/publish", None)
        await firm.made(f"/events/{event['id']}/pause", None)
        first, second = await terms_of(events, event["id"])
        assert ["1", "2", "3", "M1", "M2"] == [place.label for place in first.places or []]
        assert (None, "paused") == (second.places, second.status)
        assert (first.version + 1, first.layout_version) == (second.version, second.layout_version)

    async def test_an_event_with_nothing_to_sell_is_not_ready(self, firm: Firm) -> None:
        """No category, a category of nothing, seats without a layout, or a start that has passed."""
        event = await firm.draft()
        path = f"/events/{event['id']}"
        assert "no_categories" == (await firm.call("POST", f"{path}/publish")).json()["reason"]
        category = await firm.made(f"{path}/categories", general(capacity=0))
        refused = await firm.call("POST", f"{path}/publish")
        assert (409, "event_not_ready") == refusal(refused)
        assert "nothing_to_sell" == refused.json()["reason"]
        await firm.call("PATCH", f"{path}/categories/{category['id']}", {"capacity": 1})
        past = {"starts_at": "2021-01-01T00:00:00Z"}
        version = (await firm.call("GET", path)).headers["ETag"]
        assert 200 == (await firm.call("PATCH", path, past, If_Match=version)).status_code
        assert "starts_in_past" == (await firm.call("POST", f"{path}/publish")).json()["reason"]

    async def test_a_suspended_firm_publishes_nothing(self, firm: Firm, world: World) -> None:
        """As soon as the suspension has been heard of; resumed, it goes on."""
        event = await firm.draft()
        await firm.made(f"/events/{event['id']}/categories", general())
        await hear(world, firm, "OrganizationSuspended", reason="ödenmemiş fatura")
        assert (409, "firm_suspended") == refusal(await firm.call("POST", f"/events/{event['id']}/publish"))
        await hear(world, firm, "OrganizationResumed")
        assert 200 == (await firm.call("POST", f"/events/{event['id']}/publish")).status_code

    async def test_a_repeated_publish_under_its_key_is_the_same_publish(self, firm: Firm) -> None:
        """A client that lost the answer asks again and gets it; a new publish is refused."""
        event = await firm.draft()
        await firm.made(f"/events/{event['id']}/categories", general())
        path, key = f"/events/{event['id']}/publish", "yayına-çık-0123456789".encode().hex()[:32]
        first = await firm.call("POST", path, Idempotency_Key=key)
        again = await firm.call("POST", path, Idempotency_Key=key)
        assert (200, first.json()) == (again.status_code, again.json())
        refused = await firm.call("POST", path)
        assert (409, "event_status") == refusal(refused)
        assert "published" == refused.json()["event_status"]


async def hear(world: World, firm: Firm, kind: str, **facts: str) -> None:
    """Apply news of the firm as the reader of the organization service's feed does."""
    database = world.assembly.database("event")
    payload = {"organization_id": firm.id, **facts}
    at = Position(epoch=0, xid=0, id=FEED_START.id)
    event = RecordedEvent(
        position=at, type=kind, key=at.id, organization_id=None, occurred_at=utc_now(), payload=payload
    )
    async with database.system("reading another service's feed") as connection:
        await hear_of_firm(connection, event)


class TestSteps:
    @pytest.mark.parametrize("step", ["pause", "resume", "postpone"])
    async def test_a_draft_is_only_published_or_cancelled(self, firm: Firm, step: str) -> None:
        """Other steps need something to act on."""
        event = await firm.draft()
        body = {"starts_at": LATER} if step == "postpone" else None
        assert (409, "event_status") == refusal(
            await firm.call("POST", f"/events/{event['id']}/{step}", body)
        )

    async def test_a_sale_pauses_and_goes_on(self, firm: Firm) -> None:
        """Twice paused is refused, so two clerks notice each other."""
        event = await firm.on_sale()
        path = f"/events/{event['id']}"
        assert "paused" == (await firm.made(f"{path}/pause", None))["status"]
        assert (409, "event_status") == refusal(await firm.call("POST", f"{path}/pause"))
        assert "published" == (await firm.made(f"{path}/resume", None))["status"]

    async def test_a_postponed_event_has_a_date_to_come(self, firm: Firm) -> None:
        """A past one is refused by its field; resumed, it is on sale for the new date."""
        event = await firm.on_sale()
        path = f"/events/{event['id']}"
        refused = await firm.call("POST", f"{path}/postpone", {"starts_at": "2021-01-01T00:00:00Z"})
        assert (422, "starts_at") == wrong_field(refused)
        postponed = await firm.made(f"{path}/postpone", {"starts_at": LATER})
        assert ("postponed", LATER) == (postponed["status"], postponed["starts_at"])
        assert "published" == (await firm.made(f"{path}/resume", None))["status"]

    async def test_cancelled_is_for_good(self, firm: Firm, events: Events) -> None:
        """Nothing more can be changed, and sales is told."""
        event = await firm.on_sale()
        path = f"/events/{event['id']}"
        cancelled = await firm.made(f"{path}/cancel", {"reason": "Fırtına"})
        assert "cancelled" == (await terms_of(events, event["id"]))[-1].status
        edit = await firm.call("PATCH", path, {"title": "x"}, If_Match=f'"{cancelled["version"]}"')
        for refused in (
            edit,
            await firm.call("POST", f"{path}/publish"),
            await firm.call("POST", f"{path}/categories", general()),
            await firm.call("PUT", f"{path}/layout", {}),
            await firm.call("POST", f"{path}/cancel", {"reason": "yine"}),
        ):
            assert (409, "event_status") == refusal(refused)

    async def test_an_event_that_is_over_is_completed_by_the_clock(self, firm: Firm, events: Events) -> None:
        """Its end has passed; one that has begun and not ended is left alone."""
        over, running = await firm.on_sale(), await firm.on_sale()
        now = utc_now()
        for event, minutes in ((over, -1), (running, 60)):
            fields = {
                "starts_at": rfc3339(now - timedelta(hours=1)),
                "ends_at": rfc3339(now + timedelta(minutes=minutes)),
            }
            version = f'"{event["version"]}"'
            changed = await firm.call("PATCH", f"/events/{event['id']}", fields, If_Match=version)
            assert 200 == changed.status_code, changed.text
        await cast(EventOperations, events).complete_passed()
        assert "completed" == (await firm.call("GET", f"/events/{over['id']}")).json()["status"]
        assert "published" == (await firm.call("GET", f"/events/{running['id']}")).json()["status"]
        assert "completed" == (await terms_of(events, over["id"]))[-1].status
