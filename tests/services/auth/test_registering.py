"""Registering: who has an account is told to nobody, and a password is worth something."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from biletpro.adapters.postgres import Database
from biletpro.contracts.auth import Auth, EnsureUser
from biletpro.kernel.errors import Denied
from biletpro.kernel.permissions import ANONYMOUS, service_caller
from tests.services.auth.people import API, PASSWORD, fresh_email, outcome, registered, signed_in, try_sign_in


def body_of(email: str, **given: Any) -> dict[str, Any]:
    return {"email": email, "password": PASSWORD, "name": "Deniz Kaya", "locale": "tr", **given}


async def users_of(database: Database, email: str) -> int:
    async with database.system("a test looks") as connection:
        found: int = await connection.fetchval("SELECT count(*) FROM auth.users WHERE email = $1", email)
    return found


async def heard(database: Database, kind: str, email: str) -> int:
    """How often the outbox tells of *kind* and this e-mail."""
    async with database.system("a test looks") as connection:
        found: int = await connection.fetchval(
            "SELECT count(*) FROM auth.outbox WHERE type = $1 AND payload ->> 'email' = $2", kind, email
        )
    return found


class TestRegistering:
    async def test_a_known_email_gets_the_answer_of_a_new_one(
        self, client: httpx.AsyncClient, database: Database
    ) -> None:
        """Same status, same shape, an id that was never seen; the first account and its password stay."""
        email = fresh_email()

        first = await client.post(f"{API}/auth/users", json=body_of(email))
        second = await client.post(f"{API}/auth/users", json=body_of(email, password="bambaşka bir parola"))

        assert [201, 201] == [first.status_code, second.status_code]
        assert first.json().keys() == second.json().keys()
        assert {**first.json(), "id": second.json()["id"]} == second.json()
        assert first.json()["id"] != second.json()["id"]
        assert 1 == await users_of(database, email)
        assert 201 == (await try_sign_in(client, email)).status_code
        assert 401 == (await try_sign_in(client, email, "bambaşka bir parola")).status_code

    async def test_the_owner_of_a_known_email_is_told_by_event(
        self, client: httpx.AsyncClient, database: Database
    ) -> None:
        """One event makes the welcome mail, the other the mail that somebody tried again."""
        email = await registered(client)
        await registered(client, email)

        assert 1 == await heard(database, "UserRegistered", email)
        assert 1 == await heard(database, "RegistrationRepeated", email)

    async def test_case_makes_no_second_account(self, client: httpx.AsyncClient, database: Database) -> None:
        """I is i in an e-mail, also for somebody who writes Turkish."""
        local = uuid4().hex
        email = await registered(client, f"ILIK.{local}@example.com")

        await registered(client, f"ilik.{local}@EXAMPLE.com")

        assert 1 == await users_of(database, email)
        assert 0 == await users_of(database, f"ilik.{local}@example.com")
        assert 201 == (await try_sign_in(client, f"Ilik.{local}@Example.com")).status_code

    async def test_a_repeat_with_the_same_key_is_the_same_registration(
        self, client: httpx.AsyncClient, database: Database
    ) -> None:
        """Nobody gets the mail about a second try because an answer was lost."""
        email, key = fresh_email(), {"Idempotency-Key": uuid4().hex}

        answers = [await client.post(f"{API}/auth/users", json=body_of(email), headers=key) for _ in range(2)]

        assert answers[0].json() == answers[1].json()
        assert 0 == await heard(database, "RegistrationRepeated", email)

    @pytest.mark.parametrize(
        "password",
        ["kisa", "1234567890", "Galatasaray1905", "aaaaaaaaaaaa", "kisi@example.com", "Deniz Kaya"],
    )
    async def test_a_password_that_anybody_would_try_is_refused(
        self, client: httpx.AsyncClient, database: Database, password: str
    ) -> None:
        """Too short, among the common ones, one letter over and over, or the e-mail or name again."""
        response = await client.post(f"{API}/auth/users", json=body_of("kisi@example.com", password=password))

        assert (422, "password_weak") == outcome(response)
        assert "password" == response.json()["field"]
        assert 0 == await users_of(database, "kisi@example.com")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "no address"),
            ("email", "a@b"),
            ("email", "a\x00b@example.com"),
            ("email", f"{'a' * 300}@example.com"),
            ("email", 7),
            ("password", "x" * 201),
            ("password", None),
            ("name", ""),
            ("name", "\x00"),
            ("name", "x" * 201),
            ("locale", "de"),
            ("operator", True),
            ("id", "0"),
        ],
    )
    async def test_a_bad_field_is_named_and_nothing_is_written(
        self, client: httpx.AsyncClient, database: Database, field: str, value: object
    ) -> None:
        """Nor can anybody register as an operator."""
        email = fresh_email()

        response = await client.post(f"{API}/auth/users", json={**body_of(email), field: value})

        assert (422, "invalid") == outcome(response)
        assert field == response.json()["field"]
        assert 0 == await users_of(database, email)

    async def test_text_that_cannot_be_stored_is_refused(self, client: httpx.AsyncClient) -> None:
        """A lone surrogate is JSON, but no text that PostgreSQL or argon2 could take."""
        for field in ("email", "password", "name"):
            body = json.dumps({**body_of("a@example.com"), field: "\ud800 abcdefghi"})

            response = await client.post(
                f"{API}/auth/users", content=body, headers={"Content-Type": "application/json"}
            )

            assert response.status_code in {400, 422}, response.text

    async def test_only_the_hash_of_a_password_is_stored(
        self, client: httpx.AsyncClient, database: Database
    ) -> None:
        """argon2id, with its parameters and salt in the text."""
        who = await signed_in(client)

        async with database.system("a test looks") as connection:
            stored = await connection.fetchval(
                "SELECT password_hash FROM auth.users WHERE email = $1", who.email
            )

        assert stored.startswith("$argon2id$")
        assert PASSWORD not in stored


class TestEnsuring:
    async def test_a_seeded_person_is_made_once_and_then_left_alone(
        self, client: httpx.AsyncClient, auth: Auth
    ) -> None:
        """A second seed changes neither password nor name, and operators operate the platform."""
        email = fresh_email()
        wanted = EnsureUser(email=email, password=PASSWORD, name="İşletmen", operator=True)

        first = await auth.ensure_user(service_caller("seed"), wanted)
        again = await auth.ensure_user(
            service_caller("seed"), EnsureUser(email=email, password="bambaşka parola", name="Başka")
        )

        assert first == again
        who = await signed_in(client, email)
        me = await client.get(f"{API}/auth/me", headers=who.headers)
        assert ["platform:operate"] == me.json()["permissions"]

    async def test_only_services_may_ensure(self, auth: Auth) -> None:
        """Else anybody could make an operator."""
        wanted = EnsureUser(email=fresh_email(), password=PASSWORD, name="Kimse", operator=True)

        with pytest.raises(Denied):
            await auth.ensure_user(ANONYMOUS, wanted)
