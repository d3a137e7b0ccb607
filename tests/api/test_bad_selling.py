"""What buyers may ask for wrongly: each refusal by its code, and nothing is another thing after it."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from biletpro.kernel.clock import utc_now
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import rfc3339
from tests.api.stage import Stage, problem_of
from tests.world import Sale, eventually

CARD: Final = {"number": "4242424242424242", "expiry": "12/30", "cvc": "123"}


@pytest.fixture(scope="module")
async def other(stage: Stage) -> Sale:
    """Another event of the same firm, with counted places and a seat."""
    sale = await stage.world.unpublished({"Ayakta": {"capacity": 5}}, stage.sale.owner)
    await stage.world.publish(sale)
    return sale


async def hold(stage: Stage, sale: Sale, *items: dict[str, Any]) -> httpx.Response:
    path = f"/api/v1/events/{sale.event_id}/holds"
    return await stage.world.client.post(path, json={"items": items}, headers={"Accept-Language": "en"})


def counted(sale: Sale, quantity: Any = 1, name: str = "Ayakta") -> dict[str, Any]:
    return {"category_id": sale.categories[name]["id"], "quantity": quantity}


def seats(stage: Stage, *keys: str) -> dict[str, Any]:
    places = [{"id": stage.sale.places[key]["id"]} for key in keys]
    return {"category_id": stage.sale.categories["Koltuk"]["id"], "places": places}


@pytest.mark.parametrize("quantity", [0, -1, 1_001, 10**30, -(10**30), "2", 1.0, 1.5, True, None, []])
async def test_a_quantity_is_a_small_whole_number(stage: Stage, quantity: Any) -> None:
    """From 1 to 1,000, written as a number; nothing is guessed."""
    async with stage.unchanged():
        problem = problem_of(await hold(stage, stage.sale, counted(stage.sale, quantity)), {422})
    assert problem["field"].startswith("items.0")


async def test_what_is_of_another_event_is_unknown_here(stage: Stage, other: Sale) -> None:
    """A category or a place of another event is refused, alone or beside good ones."""
    good, foreign = counted(stage.sale), counted(other)
    stray = {"category_id": stage.sale.categories["Koltuk"]["id"], "places": [{"id": str(uuid4())}]}
    crossed = {"category_id": stage.sale.categories["Masa"]["id"], "places": seats(stage, "s0")["places"]}
    async with stage.unchanged() as findings:
        for items in ([foreign], [good, foreign], [stray], [good, stray], [crossed]):
            findings.expect(await hold(stage, stage.sale, *items), {404, 409, 422})
        findings.expect(await hold(stage, other, seats(stage, "s0")), {404, 409, 422})


async def test_a_place_or_a_category_is_named_once(stage: Stage) -> None:
    """Twice in one hold is a mistake of the client's."""
    async with stage.unchanged() as findings:
        findings.expect(await hold(stage, stage.sale, seats(stage, "s0", "s0")), {422})
        findings.expect(await hold(stage, stage.sale, counted(stage.sale), counted(stage.sale)), {422})


async def test_a_way_of_asking_fits_the_kind(stage: Stage) -> None:
    """Counted places by number, numbered ones by place or best available, and one way at a time."""
    category = stage.sale.categories["Koltuk"]["id"]
    place = seats(stage, "s0")["places"]
    async with stage.unchanged() as findings:
        for item in (
            {"category_id": category},
            {"category_id": category, "quantity": 1},
            {"category_id": category, "quantity": 1, "places": place},
            {"category_id": category, "places": place, "best_available": True},
            {"category_id": category, "places": []},
            {"category_id": stage.sale.categories["Ayakta"]["id"], "places": place},
        ):
            findings.expect(await hold(stage, stage.sale, item), {404, 422})


async def test_more_than_there_is_is_refused_with_what_is_left(stage: Stage, other: Sale) -> None:
    """`sold_out` says how many are left; a limit says which."""
    async with stage.unchanged():
        sold_out = problem_of(await hold(stage, other, counted(other, 6)), {409})
        limited = problem_of(await hold(stage, stage.sale, counted(stage.sale, 51)), {409})
    assert ("sold_out", 5) == (sold_out["code"], sold_out["left"])
    assert ("limit_reached", 50) == (limited["code"], limited["limit"])


async def test_a_hold_is_ordered_once(stage: Stage) -> None:
    """With a new key it has become an order already; given back, it has expired."""
    first, second = [(await hold(stage, stage.sale, counted(stage.sale))).json() for _ in range(2)]
    assert 201 == (await stage.world.order(first)).status_code
    gone = await stage.world.client.delete(
        f"/api/v1/holds/{second['id']}", headers={"Hold-Token": second["token"]}
    )
    assert 204 == gone.status_code
    async with stage.unchanged():
        twice = await stage.world.order(first)
        late = await stage.world.order(second)
    assert (409, "hold_ordered") == (twice.status_code, twice.json()["code"])
    assert (409, "hold_expired") == (late.status_code, late.json()["code"])


async def test_a_foreign_secret_orders_nothing(stage: Stage) -> None:
    """The token of another hold is as good as none."""
    first, second = [(await hold(stage, stage.sale, counted(stage.sale))).json() for _ in range(2)]
    async with stage.unchanged():
        answer = await stage.world.order({**first, "token": second["token"]})
    assert (404, "hold_unknown") == (answer.status_code, answer.json()["code"])


async def test_a_payment_that_cannot_be_is_refused(stage: Stage) -> None:
    """An unknown provider, a card that is none, an address that is none, an order that is paid."""
    paid = {"code": stage.values["code"], "secret": stage.secrets["Order-Secret"]}
    held = (await hold(stage, stage.sale, counted(stage.sale))).json()
    unpaid = (await stage.world.order(held)).json()
    wrong = (
        {"provider": "nobody"},
        {"provider": "../x"},
        {"provider": "sandbox\x00"},
        {"card": {**CARD, "number": "4242"}},
        {"card": {**CARD, "number": "4242424242424242\n"}},
        {"card": {**CARD, "expiry": "13/30"}},
        {"card": {**CARD, "cvc": "12345"}},
        {"return_url": "javascript:alert(1)"},
        {"return_url": "https://example.com/\r\nSet-Cookie: x=1"},
    )
    async with stage.unchanged():
        answers = [await stage.world.pay(unpaid, **fields) for fields in wrong]
        again = await stage.world.pay(paid)
    assert [422] * len(wrong) == [answer.status_code for answer in answers]
    assert (409, "order_not_payable") == (again.status_code, again.json()["code"])


@pytest.mark.parametrize("start", ["sales_start", "sales_end"])
async def test_outside_its_window_nothing_is_sold(stage: Stage, start: str) -> None:
    """Before sales start, and after they end: `sales_closed`."""
    moments = {"sales_start": timedelta(days=1), "sales_end": -timedelta(minutes=1)}
    sale = await stage.world.unpublished({"Ayakta": {"capacity": 5}}, stage.sale.owner)
    fields = {start: rfc3339(utc_now() + moments[start])}
    headers = {**stage.sale.owner.headers(), "If-Match": f'"{sale.event["version"]}"'}
    now = await stage.world.client.get(sale.path, headers=headers)
    headers["If-Match"] = now.headers["etag"]
    patched = await stage.world.client.patch(sale.path, json=fields, headers=headers)
    assert 200 == patched.status_code, patched.text
    await stage.world.publish(sale)
    async with stage.unchanged():
        problem = problem_of(await hold(stage, sale, counted(sale)), {409})
    assert "sales_closed" == problem["code"]


async def test_an_unpublished_event_is_unknown_to_buyers(stage: Stage) -> None:
    """A draft has no page, no availability, no holds."""
    sale = await stage.world.unpublished({"Ayakta": {"capacity": 5}}, stage.sale.owner)
    async with stage.unchanged() as findings:
        findings.expect(await hold(stage, sale, counted(sale)), {404})
        for path in (
            sale.event_id,
            sale.event["slug"],
            f"{sale.event_id}/availability",
            f"{sale.event_id}.ics",
        ):
            response = await stage.world.client.get(
                f"/api/v1/events/{path}", headers={"Accept-Language": "en"}
            )
            findings.expect(response, {404})


async def test_a_paused_event_sells_nothing(stage: Stage) -> None:
    """`event_paused`, for new holds and for changing old ones."""
    sale = await stage.world.sale({"Ayakta": {"capacity": 5}}, stage.sale.owner)
    held = (await hold(stage, sale, counted(sale))).json()
    paused = await stage.world.client.post(f"{sale.path}/pause", headers=sale.owner.headers())
    assert 200 == paused.status_code, paused.text
    path = f"/api/v1/holds/{held['id']}"

    async def is_paused() -> bool:
        return (await hold(stage, sale, counted(sale))).status_code == 409

    await eventually(is_paused)
    async with stage.unchanged():
        problem = problem_of(await hold(stage, sale, counted(sale)), {409})
        changing = await stage.world.client.patch(
            path, json={"items": [counted(sale, 2)]}, headers={"Hold-Token": held["token"]}
        )
    assert ("event_paused", "event_paused") == (problem["code"], changing.json()["code"])


async def test_a_suspended_firm_sells_nothing(stage: Stage) -> None:
    """`firm_suspended` within 2 seconds; what was bought stays."""
    owner = await stage.world.owner()
    sale = await stage.world.sale({"Ayakta": {"capacity": 5}}, owner)
    order = await stage.world.bought(sale, counted(sale))
    suspended = await stage.world.client.post(
        f"/api/v1/platform/organizations/{owner.organization_id}/suspend",
        json={"reason": "Şikâyetler"},
        headers=stage.operator.headers(),
    )
    assert 200 == suspended.status_code, suspended.text

    async def is_refused() -> bool:
        return (await hold(stage, sale, counted(sale))).status_code == 409

    await eventually(is_refused, within_s=2.0)
    async with stage.unchanged():
        problem = problem_of(await hold(stage, sale, counted(sale)), {409})
        read = await stage.world.read_order(order)
    assert ("firm_suspended", "confirmed") == (problem["code"], read["status"])


async def test_a_notice_that_no_bank_signed_is_not_believed(stage: Stage) -> None:
    """JSON or a form, unsigned, ill signed, of nothing, bottomless: a refusal and no payment settled."""
    path = "/api/v1/payments/sandbox/callback"
    payment = f'{{"payment_id": "{stage.values["payment"]}"}}'.encode()
    form = f"payment_id={stage.values['payment']}&signature=t%3D1%2Cv1%3D{'0' * 64}".encode()
    json_type, form_type = "application/json", "application/x-www-form-urlencoded"
    notices: list[tuple[str, bytes]] = [
        *(
            (json_type, body)
            for body in (payment, b"", b"{}", b"[" * 30_000, b"\xff", b'{"payment_id": 5}', b"null")
        ),
        *((form_type, body) for body in (form, b"", b"payment_id=x", b"\xff=\x00", b"a=b&" * 5_000)),
    ]
    async with stage.unchanged() as findings:
        for kind, body in notices:
            for signature in (None, "x", f"t=1,v1={'0' * 64}", f"t={'9' * 12},v1={'0' * 64}", b"\xff"):
                headers: dict[str, Any] = {"Content-Type": kind, "Accept-Language": "en"}
                if signature is not None:
                    headers["Sandbox-Signature"] = signature
                response = await stage.world.client.post(path, content=body, headers=headers)
                findings.expect(response, {400, 404, 415, 422})


async def test_an_expired_hold_buys_nothing(stage: Stage) -> None:
    """Last here, as it moves the clock of selling: `hold_expired`, and its places are free again."""
    held = (await hold(stage, stage.sale, counted(stage.sale))).json()
    await stage.world.advance(timedelta(minutes=11))
    answer = await stage.world.order(held, key=str(new_id()))
    assert (409, "hold_expired") == (answer.status_code, answer.json()["code"])
