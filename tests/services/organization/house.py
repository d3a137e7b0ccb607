"""What these tests stand in: the application of one service, and people who call it with real access tokens.

A person's token is made as auth makes it: from the memberships that the service itself answers.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx

import biletpro
from biletpro.adapters import migrate, postgres
from biletpro.adapters.environment import Secret
from biletpro.adapters.http.app import create_app
from biletpro.adapters.http.guard import Guard
from biletpro.adapters.leadership import Leadership
from biletpro.adapters.service import Context
from biletpro.adapters.signing import SigningKeys
from biletpro.adapters.tasks import Tasks
from biletpro.adapters.tokens import AccessTokens, AccessWatch
from biletpro.contracts.organization import MembershipsOf, Organizations
from biletpro.kernel.clock import utc_now
from biletpro.kernel.errors import Unauthenticated
from biletpro.kernel.events import FEED_START, FeedRequest, Position, RecordedEvent
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import Caller, Permission, service_caller
from biletpro.services.organization import service

PASSWORD = Secret("a-password-for-tests")
SERVICE = service_caller("tests")


@dataclass
class House:
    """The service, its database, its HTTP."""

    offers: Organizations
    database: postgres.Database
    client: httpx.AsyncClient
    tokens: AccessTokens

    async def call(
        self, method: str, path: str, person: "Person | None" = None, **options: Any
    ) -> httpx.Response:
        """One request in a person's name, with the rights that the service says he has."""
        headers: dict[str, str] = dict(options.pop("headers", {}))
        if person is not None:
            headers["Authorization"] = f"Bearer {await self.token(person)}"
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def token(self, person: "Person") -> str:
        known = await self.offers.memberships(SERVICE, MembershipsOf(user_id=person.id))
        rights = {item.organization_id: item.permissions for item in known.items}
        permissions = set(rights.get(person.organization_id, [])) if person.organization_id else set()
        if person.operator:
            permissions.add(Permission.PLATFORM)
        caller = Caller(
            kind="user",
            id=person.id,
            session_id=person.session_id,
            organization_id=person.organization_id if person.organization_id in rights else None,
            permissions=frozenset(permissions),
        )
        return self.tokens.issue(caller)

    async def firm(self, owner: "Person", **fields: Any) -> dict[str, Any]:
        """A new firm of *owner*, who speaks for it from now on."""
        answer = await self.call("POST", "/organizations", owner, json={"name": "Çınar Sahne", **fields})
        assert 201 == answer.status_code, answer.text
        firm: dict[str, Any] = answer.json()
        owner.organization_id = UUID(firm["id"])
        return firm

    async def joined(self, inviter: "Person", role: str, **fields: Any) -> "Person":
        """A new member of the inviter's firm."""
        body = {"email": f"{new_id().hex}@example.com", "name": "Yeni Üye", "role": role, **fields}
        invited = await self.call(
            "POST", f"/organizations/{inviter.organization_id}/members", inviter, json=body
        )
        assert 201 == invited.status_code, invited.text
        person = Person()
        token = invited.json()["invitation_token"]
        answer = await self.call("POST", f"/invitations/{token}/accept", person)
        assert 200 == answer.status_code, answer.text
        person.organization_id = inviter.organization_id
        person.member_id = invited.json()["id"]
        return person

    async def events(self, after: Position = FEED_START) -> list[RecordedEvent]:
        """Everything told since *after*."""
        return (await self.offers.events(SERVICE, FeedRequest(after=after, limit=2_000))).events


@dataclass
class Person:
    """A user as auth would know him."""

    id: UUID = field(default_factory=new_id)
    session_id: UUID = field(default_factory=new_id)
    organization_id: UUID | None = None
    member_id: str = ""
    operator: bool = False


async def no_changes(_after: int) -> list[tuple[UUID, int]]:
    return []


async def no_api_key(_key: str) -> Caller:
    raise Unauthenticated


@asynccontextmanager
async def opened_house(admin_url: str, settings: service.Settings | None = None) -> AsyncIterator[House]:
    """Raises what a wrong migration raises."""
    name = f"organization_{new_id().hex[-12:]}"
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()
    url = httpx.URL(admin_url)
    folder = Path(biletpro.__file__).parent / "services" / "organization" / "migrations"
    own_url = str(url.copy_with(path=f"/{name}"))
    await migrate.migrate(own_url, [migrate.Schema("organization", folder)], PASSWORD, lambda _line: None)
    login_url = str(url.copy_with(path=f"/{name}", username="organization_login", password=str(PASSWORD)))
    pool = await postgres.open_pool(login_url, name="organization")
    leadership = Leadership(login_url, "organization")
    database = postgres.Database(pool, "organization", leadership)
    tokens = AccessTokens(SigningKeys({1: os.urandom(32)}), utc_now)
    guard = Guard(tokens, AccessWatch(no_changes), no_api_key, utc_now)
    tasks = Tasks()
    context = Context(database=database, guard=guard, tasks=tasks, clock=utc_now, production=False)
    built = service.build(service.Settings() if settings is None else settings, context)
    app, _ = create_app(routers=[built.router], hot_routes=[], body_rules=[], version="0")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield House(cast("Organizations", built.offers), database, client, tokens)
    await tasks.stop()
    await leadership.close()
    await pool.close()
