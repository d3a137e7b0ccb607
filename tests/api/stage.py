"""A world with one of everything in it, and what a good call of any operation would carry."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from biletpro.assembly import NAMES
from biletpro.kernel.errors import Refusal
from biletpro.kernel.ids import new_id
from tests.api.operations import Operation, operations_of
from tests.world import Person, Sale, World

PROBLEM_TYPE: Final = "application/problem+json"
STANDARD_MEMBERS: Final = {"type", "title", "status", "code", "trace_id"}
# How far this service has read its peers: moves by itself whenever a peer has news.
MOVES_BY_ITSELF: Final = ("reader_positions",)
# Titles that are no refusal's: of the framework's own answers.
PLAIN_TITLES: Final = {
    "method_not_allowed": "This address does not take that method",
    "unsupported_media_type": "The content type is not supported",
}


class Findings(list[str]):
    """What was answered otherwise than it should be, so that one run shows all of it."""

    def expect(self, response: httpx.Response, statuses: Collection[int]) -> dict[str, Any]:
        """The problem document of a refusal with one of *statuses*; empty, and noted, when it is none."""
        try:
            return problem_of(response, statuses)
        except AssertionError as complaint:
            self.append(str(complaint).partition("\n")[0])
            return {}


@dataclass
class Stage:
    """The world, its people, a value for every name in a path, and secrets by header."""

    world: World
    document: dict[str, Any]
    sale: Sale
    operator: Person
    values: dict[str, str]
    secrets: dict[str, str]
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def operations(self) -> list[Operation]:
        """All of the document's."""
        return operations_of(self.document)

    def person(self, operation: Operation) -> Person:
        """Who may do it."""
        return self.operator if "/platform/" in operation.template else self.sale.owner

    def headers(self, operation: Operation) -> dict[str, str]:
        """What a good call carries."""
        headers = self.person(operation).headers() if operation.needs_sign_in else {}
        for name in operation.parameters("header"):
            if name == "Idempotency-Key":
                headers[name] = str(new_id())
            elif name == "If-Match":
                headers[name] = '"1"'
            elif name in self.secrets:
                headers[name] = self.secrets[name]
        return headers

    async def call(self, operation: Operation, **options: Any) -> httpx.Response:
        """A good call, but for the given `values` of its path, `headers` (None leaves one out), `json`."""
        values = {**self.values, **options.pop("values", {})}
        headers: dict[str, str | None] = {**self.headers(operation), **options.pop("headers", {})}
        if operation.body is not None and not options.keys() & {"json", "content"}:
            options["json"] = operation.sample(self.known, whole=False)
        given = {name: value for name, value in headers.items() if value is not None}
        given.setdefault("Accept-Language", "en")
        path = operation.path(values)
        return await self.world.client.request(operation.method, path, headers=given, **options)

    async def fingerprint(self) -> dict[str, tuple[int, int]]:
        """How many rows each table has, and a sum over all that stands in them."""
        rows = await self.world.sql(
            """SELECT c.oid::regclass::text AS name FROM pg_class c
                WHERE c.relnamespace::regnamespace::text = ANY($1) AND c.relkind IN ('r', 'p')
                  AND NOT c.relispartition AND c.relname != ALL($2) ORDER BY 1""",
            list(NAMES),
            list(MOVES_BY_ITSELF),
        )
        counted = " UNION ALL ".join(
            f"SELECT '{row['name']}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text "
            f"FROM {row['name']} t"
            for row in rows
        )
        return {name: (count, total) for name, count, total in await self.world.sql(counted)}

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[Findings]:
        """Whatever is asked inside is answered as expected, and no table is another one afterwards."""
        before = await self.settled()
        findings = Findings()
        yield findings
        after = await self.fingerprint()
        findings += [f"{name} changed" for name in before if before[name] != after[name]]
        assert not findings, "\n".join([f"{len(findings)} findings:", *findings])

    async def settled(self) -> dict[str, tuple[int, int]]:
        """The fingerprint once readers have taken what is new."""
        last = await self.fingerprint()
        while True:
            await asyncio.sleep(0.3)
            found = await self.fingerprint()
            if found == last:
                return found
            last = found


def problem_of(response: httpx.Response, statuses: Collection[int]) -> dict[str, Any]:
    """The problem document of a refusal; anything else that was answered fails the test."""
    request = response.request
    sent = request.content[:200] if hasattr(request, "_content") else b"a stream"
    said = (
        f"{request.method} {str(request.url)[:200]} {sent!r}: {response.status_code} {response.text[:200]!r}"
    )
    assert response.status_code in statuses, said
    assert PROBLEM_TYPE == response.headers["content-type"], said
    problem: dict[str, Any] = response.json()
    assert problem.keys() >= STANDARD_MEMBERS, said
    assert response.status_code == problem["status"], said
    assert f"urn:biletpro:problem:{problem['code']}" == problem["type"], said
    assert 32 == len(problem["trace_id"]), said
    known = Refusal.known.get(problem["code"])
    assert problem["title"] == (PLAIN_TITLES[problem["code"]] if known is None else known.title.en), said
    return problem


async def set_stage(world: World, guest: str = "uye@example.com") -> Stage:
    """A firm with a published event of all three kinds, a hold, a paid order, and an operator."""
    sale = await world.unpublished({"Ayakta": {"capacity": 500}}, await world.owner(), max_per_order=50)
    headers = sale.owner.headers()
    seats = await _made(world, sale, f"{sale.path}/categories", _category("Koltuk", "seats"))
    tables = await _made(world, sale, f"{sale.path}/categories", _category("Masa", "tables"))
    drawing = _drawing(seats["id"], tables["id"])
    drawn = await world.client.put(
        f"{sale.path}/layout", json=drawing, headers={**headers, "If-Match": '"0"'}
    )
    assert 200 == drawn.status_code, drawn.text
    sale.places = {seat["key"]: seat for seat in drawn.json()["sections"][0]["rows"][0]["seats"]}
    sale.categories |= {"Koltuk": seats, "Masa": tables}
    await world.publish(sale)
    counted = {"category_id": sale.categories["Ayakta"]["id"], "quantity": 2}
    order = await world.bought(sale, counted)
    held = (await world.hold(sale, counted)).json()
    firm = f"/api/v1/organizations/{sale.owner.organization_id}"
    series = {"title": "Dizi", "template_event_id": sale.event_id, "starts_at": ["2031-06-01T18:00:00Z"]}
    made_series = await _made(world, sale, f"{firm}/series", series)
    invited = await _made(world, sale, f"{firm}/members", {"email": guest, "role": "viewer"})
    key = await _made(world, sale, f"{firm}/api-keys", {"name": "Kasa", "permissions": ["events:read"]})
    venue = await _made(world, sale, f"{firm}/venues", {"name": "Açıkhava", "city": "İzmir"})
    payment = await world.sql("SELECT id FROM sales.payments WHERE order_id = $1", order["id"])
    sessions = await world.client.get("/api/v1/auth/sessions", headers=headers)
    values = {
        "org": sale.owner.organization_id,
        "event": sale.event_id,
        "category": counted["category_id"],
        "series": made_series["id"],
        "key": made_series["categories"][0]["key"],
        "venue": venue["id"],
        "session": sessions.json()["items"][0]["id"],
        "api_key": key["id"],
        "id": invited["id"],
        "token": invited["invitation_token"],
        "hold": held["id"],
        "code": order["code"],
        "payment": str(payment[0]["id"]),
        "provider": "sandbox",
    }
    stage = Stage(
        world,
        (await world.client.get("/schema/openapi.json")).json(),
        sale,
        await world.operator(),
        values,
        {"Hold-Token": held["token"], "Order-Secret": order["secret"]},
    )
    stage.known = _known(stage, counted)
    await stage.settled()
    return stage


def _known(stage: Stage, counted: dict[str, Any]) -> dict[str, Any]:
    """Fields that a sample of their schema alone would get wrong."""
    return {
        "timezone": "Europe/Istanbul",
        "items": [counted],
        "category_id": counted["category_id"],
        "template_event_id": stage.sale.event_id,
        "hold_id": stage.values["hold"],
        "organization_id": stage.values["org"],
        "ids": [next(iter(stage.sale.places.values()))["id"]],
        "provider": "sandbox",
        "kind": "general",
        "color": "#00aaFF",
        "tax_id": "1234567890",
        "background": "https://example.com/plan.png",
        "return_url": "https://example.com/back",
        "card": {"number": "4242424242424242", "expiry": "12/30", "cvc": "123"},
        "phone": "+905321112233",
    }


async def _made(world: World, sale: Sale, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = await world.client.post(path, json=body, headers=sale.owner.headers())
    assert 201 == answer.status_code, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _category(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "kind": kind, "price": {"amount": 50_000, "currency": "TRY"}}


def _drawing(seat_category: str, table_category: str) -> dict[str, Any]:
    seats = [
        {"key": f"s{n}", "label": str(n + 1), "category_id": seat_category, "x": n, "y": 0} for n in range(6)
    ]
    table = {"key": "t1", "label": "M1", "category_id": table_category, "x": 0, "y": 9}
    return {
        "sections": [{"key": "p", "name": "Parter", "rows": [{"key": "a", "label": "A", "seats": seats}]}],
        "tables": [{**table, "guests_min": 8, "guests_max": 12}],
    }


def unknown_values() -> dict[str, str]:
    """Well-formed names of things that are not there."""
    nothing = str(uuid4())
    names = ("org", "event", "category", "series", "venue", "session", "api_key", "id", "hold", "payment")
    return dict.fromkeys(names, nothing) | {
        "key": "no-such-key",
        "token": "no-such-token",
        "code": "BP-00000000",
        "provider": "nobody",
    }
