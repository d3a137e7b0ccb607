"""What tests stand in: the assembled system on real servers, people who use it, and events that sell."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from biletpro.adapters.environment import Secret
from biletpro.adapters.http.server import bind, serve
from biletpro.adapters.migrate import ALL_SERVICES_LOGIN, migrate
from biletpro.adapters.payments import cards
from biletpro.assembly import NAMES, SCHEMAS, Assembly, Settings, assembled
from biletpro.contracts.auth import Auth, EnsureUser
from biletpro.embedded.servers import EmbeddedUrls
from biletpro.kernel.clock import utc_now
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import rfc3339
from biletpro.kernel.permissions import service_caller

TEMPLATE = "test_template"
PASSWORD = Secret("a-password-for-tests")
SEATS_IN_ROW = 10
# Longer than the shop itself waits for a bank that hangs.
ANSWER_TIMEOUT_S = 15.0
USER_PASSWORD = "çok-uzun-bir-parola-7"


def database_url(servers: EmbeddedUrls, name: str, login: str | None = None) -> str:
    """The run's PostgreSQL, another database of it, and as which login."""
    url = httpx.URL(servers.database_url).copy_with(path=f"/{name}")
    return str(url if login is None else url.copy_with(username=login, password=str(PASSWORD)))


async def migrated_template(servers: EmbeddedUrls) -> str:
    """Every schema at this release, in a database that nobody connects to."""
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute(f"CREATE DATABASE {TEMPLATE}")
    await admin.close()
    await migrate(database_url(servers, TEMPLATE), SCHEMAS, PASSWORD, lambda _line: None)
    return TEMPLATE


def seed_hex() -> str:
    """A numbered key of 32 bytes."""
    return f"1:{os.urandom(32).hex()}"


@dataclass
class Person:
    """Somebody with a session."""

    email: str
    tokens: dict[str, Any]
    organization_id: str = ""

    def headers(self) -> dict[str, str]:
        """What a signed-in client sends."""
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}


@dataclass
class Sale:
    """A published event and the people behind it."""

    owner: Person
    event: dict[str, Any]
    categories: dict[str, dict[str, Any]]
    places: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def event_id(self) -> str:
        """Its id in URLs."""
        return str(self.event["id"])

    @property
    def path(self) -> str:
        """Where its firm manages it."""
        return f"/api/v1/organizations/{self.owner.organization_id}/events/{self.event_id}"


@dataclass
class World:
    """The system, its HTTP client, and the database behind it."""

    assembly: Assembly
    client: httpx.AsyncClient
    admin_url: str
    servers: EmbeddedUrls
    house_owner: Person | None = None

    async def sql(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """A statement as the superuser: tests look, and plant what the API never would."""
        admin = await asyncpg.connect(self.admin_url)
        try:
            return await admin.fetch(statement, *values)
        finally:
            await admin.close()

    async def advance(self, delta: timedelta) -> None:
        """Move the clock of selling."""
        await self.sql("UPDATE sales.clock_offset SET ahead = ahead + $1", delta)

    async def person(self) -> Person:
        """Registered and signed in."""
        email = f"{uuid4().hex[:12]}@example.com"
        body = {"email": email, "password": USER_PASSWORD, "name": "Ayşe Yılmaz", "locale": "tr"}
        assert (await self.client.post("/api/v1/auth/users", json=body)).status_code == 201
        return Person(email, await self.sign_in(email))

    async def sign_in(self, email: str) -> dict[str, Any]:
        """A fresh session."""
        credentials = {"email": email, "password": USER_PASSWORD}
        answer = await self.client.post("/api/v1/auth/sessions", json=credentials)
        assert answer.status_code == 201, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def owner(self) -> Person:
        """The owner of a firm of his own, with a token for it."""
        person = await self.person()
        body = {"name": f"Çınar Sahne {uuid4().hex[:6]}"}
        made = await self.client.post("/api/v1/organizations", json=body, headers=person.headers())
        assert made.status_code == 201, made.text
        person.organization_id = made.json()["id"]
        person.tokens = await self.sign_in(person.email)
        return person

    async def operator(self) -> Person:
        """A platform operator, made as the seed makes one."""
        email = f"{uuid4().hex[:12]}@example.com"
        people = self.assembly.find(Auth, "auth")
        wanted = EnsureUser(
            email=email, name="Platform İşletmeni", password=USER_PASSWORD, locale="tr", operator=True
        )
        await people.ensure_user(service_caller("tests"), wanted)
        return Person(email, await self.sign_in(email))

    async def any_owner(self) -> Person:
        """The owner of the module's shared firm: a firm a test would mostly be hashing of passwords."""
        if self.house_owner is None:
            self.house_owner = await self.owner()
        return self.house_owner

    async def draft(self, owner: Person, **fields: Any) -> dict[str, Any]:
        """An unpublished event in a month."""
        starts: datetime = utc_now() + timedelta(days=30)
        body = {
            "title": "Ağır Roman Konseri",
            "venue": {"name": "Harbiye Açıkhava", "city": "İstanbul"},
            "starts_at": rfc3339(starts),
            "timezone": "Europe/Istanbul",
            **fields,
        }
        path = f"/api/v1/organizations/{owner.organization_id}/events"
        answer = await self.client.post(path, json=body, headers=owner.headers())
        assert answer.status_code == 201, answer.text
        event: dict[str, Any] = answer.json()
        return event

    async def sale(
        self, categories: dict[str, dict[str, Any]], owner: Person | None = None, **fields: Any
    ) -> Sale:
        """A published event with counted categories of these names: fields of the category's body."""
        sale = await self.unpublished(categories, owner, **fields)
        await self.publish(sale)
        return sale

    async def unpublished(
        self, categories: dict[str, dict[str, Any]], owner: Person | None = None, **fields: Any
    ) -> Sale:
        """The same, before it is published."""
        owner = await self.any_owner() if owner is None else owner
        sale = Sale(owner, await self.draft(owner, **fields), {})
        for name, given in categories.items():
            body = {"name": name, "kind": "general", "price": {"amount": 125_000, "currency": "TRY"}, **given}
            made = await self.client.post(f"{sale.path}/categories", json=body, headers=owner.headers())
            assert made.status_code == 201, made.text
            sale.categories[name] = made.json()
        return sale

    async def publish(self, sale: Sale) -> None:
        """Buyers can hold places as soon as this returns (docs/decisions/0006)."""
        answer = await self.client.post(f"{sale.path}/publish", headers=sale.owner.headers())
        assert answer.status_code == 200, answer.text

    async def seated(self, rows: int, *, seats_in_row: int = SEATS_IN_ROW, **fields: Any) -> Sale:
        """A published event whose one category has numbered seats, `A1` in front; `sale.places` by label."""
        sale = await self.unpublished({"Salon": {"kind": "seats"}}, **fields)
        category = sale.categories["Salon"]["id"]
        lines = [
            {
                "key": f"r{row}",
                "label": chr(ord("A") + row),
                "seats": [
                    {
                        "key": f"{row}-{n}",
                        "label": f"{chr(ord('A') + row)}{n + 1}",
                        "category_id": category,
                        "x": n,
                        "y": row,
                    }
                    for n in range(seats_in_row)
                ],
            }
            for row in range(rows)
        ]
        layout = {"sections": [{"key": "s", "name": "Salon", "rows": lines}]}
        await self.draw(sale, layout)
        await self.publish(sale)
        return sale

    async def tabled(self, count: int, *, per_person: bool = False, **fields: Any) -> Sale:
        """A published gala of *count* tables for 8 to 12 guests; their labels begin with `Masa 1`."""
        price = {"amount": 250_000, "currency": "TRY"}
        given = {"kind": "tables", "per_person": per_person, "price": price}
        sale = await self.unpublished({"Gala": given}, **fields)
        tables = [
            {
                "key": f"m{n}",
                "label": f"Masa {n + 1}",
                "category_id": sale.categories["Gala"]["id"],
                "x": n,
                "y": 0,
                "guests_min": 8,
                "guests_max": 12,
            }
            for n in range(count)
        ]
        await self.draw(sale, {"tables": tables})
        await self.publish(sale)
        return sale

    async def draw(self, sale: Sale, layout: dict[str, Any]) -> None:
        """Save a layout and remember its places by label."""
        answer = await self.client.put(f"{sale.path}/layout", json=layout, headers=sale.owner.headers())
        assert answer.status_code == 200, answer.text
        drawn = answer.json()
        seats = [seat for section in drawn["sections"] for row in section["rows"] for seat in row["seats"]]
        sale.places = {place["label"]: place for place in [*seats, *drawn["tables"]]}

    async def hold(self, sale: Sale, *items: dict[str, Any], key: str | None = None) -> httpx.Response:
        """A buyer's hold."""
        headers = {} if key is None else {"Idempotency-Key": key}
        path = f"/api/v1/events/{sale.event_id}/holds"
        return await self.client.post(path, json={"items": list(items)}, headers=headers)

    async def order(self, hold: dict[str, Any], key: str | None = None, **fields: Any) -> httpx.Response:
        """Turn a hold into an unpaid order; *key* makes it repeatable."""
        body = {
            "hold_id": hold["id"],
            "buyer": {"name": "Zeynep Kaya", "email": "zeynep@example.com"},
            **fields,
        }
        headers = {"Hold-Token": hold["token"], "Idempotency-Key": key if key is not None else str(new_id())}
        return await self.client.post("/api/v1/orders", json=body, headers=headers)

    async def pay(self, order: dict[str, Any], card: str = cards.SUCCEEDS, **options: Any) -> httpx.Response:
        """A sandbox payment of an order."""
        key = options.pop("key", str(new_id()))
        body = {"provider": "sandbox", "card": {"number": card, "expiry": "12/30", "cvc": "123"}, **options}
        headers = {"Order-Secret": order["secret"], "Idempotency-Key": key}
        return await self.client.post(f"/api/v1/orders/{order['code']}/payments", json=body, headers=headers)

    async def read_order(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order as its buyer sees it now."""
        path, headers = f"/api/v1/orders/{order['code']}", {"Order-Secret": order["secret"]}
        answer = await self.client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def bought(self, sale: Sale, *items: dict[str, Any]) -> dict[str, Any]:
        """A paid order with its tickets."""
        held = await self.hold(sale, *items)
        assert held.status_code == 201, held.text
        ordered = await self.order(held.json())
        assert ordered.status_code == 201, ordered.text
        paid = await self.pay(ordered.json())
        assert (201, "succeeded") == (paid.status_code, paid.json()["status"])
        return await self.read_order(ordered.json())

    async def stock(self, category_id: str) -> tuple[int, int]:
        """(held, sold) of a category as stored."""
        rows = await self.sql("SELECT held, sold FROM sales.stock WHERE category_id = $1", category_id)
        return rows[0]["held"], rows[0]["sold"]


async def eventually(check: Any, *, within_s: float = 5.0) -> None:
    """Wait for *check* (async, truthy when done), at most *within_s*."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not await check():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(assembly: Assembly, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """The API and the pretend bank on real sockets."""
    stop = asyncio.Event()
    apps = [assembly.app(), assembly.bank_site()]
    pairs = [(app, bound) for app, bound in zip(apps, sockets, strict=True) if app is not None]
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(pairs, stop))
        try:
            yield
        finally:
            stop.set()


@asynccontextmanager
async def opened_world(
    servers: EmbeddedUrls, template: str, folder: Path, *, live: bool = False
) -> AsyncIterator[World]:
    """A copy of the template, all services on it, a client; gone with the block. *live*: on real sockets."""
    name = f"test_{new_id().hex[-12:]}"
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    sockets = [bind("127.0.0.1", 0), bind("127.0.0.1", 0)] if live else []
    ports = [bound.getsockname()[1] for bound in sockets]
    addresses = {"port": ports[0], "bank_port": ports[1]} if live else {}
    settings = Settings(
        **addresses,
        data_folder=str(folder),
        database_url=Secret(database_url(servers, name, ALL_SERVICES_LOGIN)),
        valkey_url=Secret(servers.valkey_url),
        secret_keys=Secret(seed_hex()),
        token_keys=Secret(seed_hex()),
        ticket_keys=Secret(seed_hex()),
        rpc_secret=Secret(os.urandom(24).hex()),
        bank_secret=Secret(os.urandom(24).hex()),
    )
    try:
        async with assembled(settings, NAMES, {}) as assembly, AsyncExitStack() as stack:
            if live:
                await stack.enter_async_context(serving(assembly, sockets))
                client = httpx.AsyncClient(base_url=settings.own_url(), timeout=ANSWER_TIMEOUT_S)
            else:
                transport = httpx.ASGITransport(assembly.app(), raise_app_exceptions=False)
                client = httpx.AsyncClient(transport=transport, base_url="http://testserver")
            await stack.enter_async_context(client)
            yield World(assembly, client, database_url(servers, name), servers)
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
