"""People who register, sign in and work for firms, through the public API."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

API: Final = "/api/v1"
PASSWORD: Final = "doğru at pil zımba"
# By when a change of rights must have reached every process (design: 2 s).
REACHES_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in. `access` and `refresh` are the latest pair."""

    email: str
    access: str
    refresh: str
    pair: dict[str, Any]

    @property
    def id(self) -> str:
        found: str = self.pair["user"]["id"]
        return found

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.access)


def bearer(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


def fresh_email() -> str:
    return f"kisi-{uuid4().hex}@example.com"


def outcome(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem document."""
    return response.status_code, response.json()["code"]


async def registered(client: httpx.AsyncClient, email: str | None = None) -> str:
    """The e-mail of a new user whose password is PASSWORD."""
    email = fresh_email() if email is None else email
    body = {"email": email, "password": PASSWORD, "name": "Deniz Kaya", "locale": "tr"}
    response = await client.post(f"{API}/auth/users", json=body)
    assert 201 == response.status_code, response.text
    return email


async def try_sign_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post(f"{API}/auth/sessions", json={"email": email, "password": password})


async def signed_in(client: httpx.AsyncClient, email: str | None = None) -> Person:
    """A person in a new session; a new one without *email*."""
    email = await registered(client) if email is None else email
    return person(email, await try_sign_in(client, email))


def person(email: str, response: httpx.Response) -> Person:
    assert 201 == response.status_code, response.text
    pair = response.json()
    return Person(email, pair["access_token"], pair["refresh_token"], pair)


async def renew(client: httpx.AsyncClient, refresh_token: str) -> httpx.Response:
    return await client.post(f"{API}/auth/sessions/refresh", json={"refresh_token": refresh_token})


async def switch(client: httpx.AsyncClient, who: Person, organization_id: str) -> httpx.Response:
    body = {"organization_id": organization_id}
    return await client.post(f"{API}/auth/sessions/switch", json=body, headers=who.headers)


async def owner(client: httpx.AsyncClient) -> tuple[Person, str]:
    """Somebody signed in to a new firm of his own, and the firm's id."""
    who = await signed_in(client)
    response = await client.post(
        f"{API}/organizations", json={"name": f"Firma {uuid4().hex[:8]}"}, headers=who.headers
    )
    assert 201 == response.status_code, response.text
    organization_id: str = response.json()["id"]
    return person(who.email, await switch(client, who, organization_id)), organization_id


async def member(client: httpx.AsyncClient, boss: Person, organization_id: str, role: str) -> Person:
    """Somebody signed in to the firm of *boss*, in *role*."""
    who = await signed_in(client)
    invited = await client.post(
        f"{API}/organizations/{organization_id}/members",
        json={"email": who.email, "name": "Deniz Kaya", "role": role},
        headers=boss.headers,
    )
    assert 201 == invited.status_code, invited.text
    token = invited.json()["invitation_token"]
    accepted = await client.post(f"{API}/invitations/{token}/accept", headers=who.headers)
    assert accepted.is_success, accepted.text
    return person(who.email, await switch(client, who, organization_id))


async def soon(holds: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it comes to hold within REACHES_S."""
    deadline = time.monotonic() + REACHES_S
    while time.monotonic() < deadline:
        if await holds():
            return True
        await asyncio.sleep(0.05)
    return False
