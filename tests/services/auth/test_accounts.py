"""A person's own account: looked at, changed, and its password replaced."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from biletpro.adapters.passwords import Passwords
from biletpro.adapters.postgres import Database
from biletpro.adapters.signing import SigningKeys
from biletpro.adapters.tokens import AccessTokens
from biletpro.adapters.valkey import Cache
from biletpro.contracts.auth import RefreshSession, RegisterUser, SignIn
from biletpro.contracts.organization import Organizations
from biletpro.kernel.clock import utc_now
from biletpro.kernel.errors import Refusal
from biletpro.kernel.messages import Nothing
from biletpro.kernel.permissions import ANONYMOUS, Caller
from biletpro.services.auth.operations import AuthOperations
from biletpro.services.auth.service import Settings
from tests.services.auth.people import (
    API,
    PASSWORD,
    Person,
    fresh_email,
    outcome,
    owner,
    renew,
    signed_in,
    try_sign_in,
)

NEW_PASSWORD = "yepyeni bir parola"


async def change(
    client: httpx.AsyncClient, headers: dict[str, str], current: str, new: str
) -> httpx.Response:
    body = {"current": current, "new": new}
    return await client.post(f"{API}/auth/password", json=body, headers=headers)


def without_valkey(organizations: Organizations, database: Database, settings: Settings) -> AuthOperations:
    """Auth as it runs in a process that cannot reach Valkey."""
    return AuthOperations(
        database=database,
        organizations=organizations,
        passwords=Passwords(),
        tokens=AccessTokens(SigningKeys({1: bytes(32)}), utc_now),
        cache=Cache("redis://127.0.0.1:1/0"),
        clock=utc_now,
        rules=settings.rules(),
    )


class TestMe:
    async def test_it_tells_who_is_signed_in_and_what_he_may_do(self, client: httpx.AsyncClient) -> None:
        """Twice the same, though the second comes from the cache."""
        who, organization_id = await owner(client)

        first = await client.get(f"{API}/auth/me", headers=who.headers)
        second = await client.get(f"{API}/auth/me", headers=who.headers)

        assert first.json() == second.json()
        assert (who.id, organization_id) == (first.json()["id"], first.json()["organization_id"])
        assert [("owner", False)] == [
            (firm["role"], firm["suspended"]) for firm in first.json()["memberships"]
        ]
        assert "members:manage" in first.json()["permissions"]
        assert '"1"' == first.headers["etag"] == second.headers["etag"]

    async def test_a_change_is_seen_at_once_in_every_session(self, client: httpx.AsyncClient) -> None:
        """The cache forgets all sessions of the person."""
        who = await signed_in(client)
        other = await signed_in(client, who.email)
        seen = [await client.get(f"{API}/auth/me", headers=session.headers) for session in (who, other)]

        changed = await client.patch(
            f"{API}/auth/me",
            json={"name": "Deniz Işık", "locale": "en"},
            headers={**who.headers, "If-Match": seen[0].headers["etag"]},
        )

        assert (200, '"2"') == (changed.status_code, changed.headers["etag"])
        for session in (who, other):
            me = await client.get(f"{API}/auth/me", headers=session.headers)
            assert ("Deniz Işık", "en", 2) == (me.json()["name"], me.json()["locale"], me.json()["version"])

    async def test_what_is_left_out_stays(self, client: httpx.AsyncClient) -> None:
        """A merge patch, also under its own media type."""
        who = await signed_in(client)

        response = await client.patch(
            f"{API}/auth/me",
            content='{"locale": "en"}',
            headers={**who.headers, "If-Match": '"1"', "Content-Type": "application/merge-patch+json"},
        )

        assert ("Deniz Kaya", "en") == (response.json()["name"], response.json()["locale"])

    @pytest.mark.parametrize("if_match", [None, '"7"', "*", 'W/"1"', "1", '"x"'])
    async def test_a_change_meant_for_another_version_is_refused(
        self, client: httpx.AsyncClient, someone: Person, if_match: str | None
    ) -> None:
        """Without If-Match as well: two people never overwrite each other unseen."""
        headers = {**someone.headers, **({} if if_match is None else {"If-Match": if_match})}

        response = await client.patch(f"{API}/auth/me", json={"name": "Başkası"}, headers=headers)

        assert (412, "if_match_required" if if_match is None else "stale") == outcome(response)
        assert "Deniz Kaya" == (await client.get(f"{API}/auth/me", headers=someone.headers)).json()["name"]

    @pytest.mark.parametrize(
        "patch", [{"name": None}, {"locale": None}, {"email": "x@example.com"}, {"operator": True}]
    )
    async def test_what_cannot_be_changed_is_named(
        self, client: httpx.AsyncClient, someone: Person, patch: dict[str, Any]
    ) -> None:
        """A name cannot be emptied; an e-mail and rights are not changed here."""
        response = await client.patch(
            f"{API}/auth/me", json=patch, headers={**someone.headers, "If-Match": '"1"'}
        )

        assert (422, *patch) == (response.status_code, response.json()["field"])

    async def test_without_valkey_all_of_it_works(
        self, organizations: Organizations, database: Database
    ) -> None:
        """The truth of a session is in PostgreSQL; the cache only spares a look."""
        away = without_valkey(organizations, database, Settings())
        email = fresh_email()
        await away.register(ANONYMOUS, RegisterUser(email=email, password=PASSWORD, name="Deniz Kaya"))
        opened = await away.sign_in(ANONYMOUS, SignIn(email=email, password=PASSWORD))
        renewed = await away.refresh(ANONYMOUS, RefreshSession(refresh_token=opened.refresh_token))

        session_id = opened.refresh_token[3:35]
        caller = Caller(kind="user", id=opened.user.id, session_id=session_id)
        assert email == (await away.me(caller, Nothing())).email
        assert opened.user == renewed.user


class TestPassword:
    async def test_a_new_password_ends_all_other_sessions(self, client: httpx.AsyncClient) -> None:
        """Whoever knew the old one is out; the one who changed it stays in."""
        who = await signed_in(client)
        other = await signed_in(client, who.email)

        response = await change(client, who.headers, PASSWORD, NEW_PASSWORD)

        assert 204 == response.status_code
        assert (401, "refresh_invalid") == outcome(await renew(client, other.refresh))
        assert 201 == (await renew(client, who.refresh)).status_code
        assert 401 == (await try_sign_in(client, who.email)).status_code
        assert 201 == (await try_sign_in(client, who.email, NEW_PASSWORD)).status_code

    async def test_the_old_password_is_asked_for_and_guesses_are_counted(
        self, client: httpx.AsyncClient
    ) -> None:
        """A stolen access token is no way around the lock-out."""
        who = await signed_in(client)

        tries = [outcome(await change(client, who.headers, "yanlış", NEW_PASSWORD)) for _ in range(6)]

        assert [(401, "bad_credentials")] * 5 + [(423, "locked_out")] == tries
        assert 423 == (await try_sign_in(client, who.email)).status_code

    async def test_a_weak_new_password_is_refused(self, client: httpx.AsyncClient, someone: Person) -> None:
        """The same rules as at registering; the field is `new`."""
        response = await change(client, someone.headers, PASSWORD, "kisa")

        assert (422, "new") == (response.status_code, response.json()["field"])

    async def test_a_repeat_with_the_same_key_is_the_same_change(self, client: httpx.AsyncClient) -> None:
        """The repeat still says the old password, which is wrong by now."""
        who = await signed_in(client)
        headers = {**who.headers, "Idempotency-Key": uuid4().hex}

        answers = [await change(client, headers, PASSWORD, NEW_PASSWORD) for _ in range(2)]

        assert [204, 204] == [answer.status_code for answer in answers]


class TestSettings:
    @pytest.mark.parametrize(
        ("variable", "given"),
        [
            ("SESSION_DAYS", {"session_days": 0}),
            ("SESSION_DAYS", {"session_days": 91}),
            ("SIGN_IN_FAILURES_MAX", {"sign_in_failures_max": 2}),
            ("LOCK_MINUTES", {"lock_minutes": 0}),
        ],
    )
    def test_a_setting_out_of_range_stops_the_start(self, variable: str, given: dict[str, Any]) -> None:
        """The message names the variable."""
        with pytest.raises(ValueError, match=f"BILETPRO_AUTH_{variable}"):
            Settings(**given)

    async def test_closed_registration_lets_only_operators_register(
        self, organizations: Organizations, database: Database
    ) -> None:
        """403 for everybody else."""
        closed = without_valkey(organizations, database, Settings(open_registration=False))
        body = RegisterUser(email=fresh_email(), password=PASSWORD, name="Deniz Kaya")

        with pytest.raises(Refusal) as refusal:
            await closed.register(ANONYMOUS, body)
        assert "registration_closed" == refusal.value.code
        operator = Caller(kind="user", id=uuid4(), permissions=frozenset({"platform:operate"}))
        assert body.email == (await closed.register(operator, body)).email
