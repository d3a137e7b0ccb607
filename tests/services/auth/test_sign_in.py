"""Signing in: what is told, what is counted, and which firm opens."""

import asyncio
from uuid import UUID

import httpx
import jwt
import pytest

from biletpro.adapters.postgres import Database
from biletpro.services.auth.domain import email_hash
from tests.services.auth.people import (
    API,
    PASSWORD,
    fresh_email,
    member,
    outcome,
    owner,
    registered,
    signed_in,
    switch,
    try_sign_in,
)

FAILURES_MAX = 5
LOCK_S = 900


class TestSigningIn:
    async def test_the_answer_holds_a_pair_and_the_person(self, client: httpx.AsyncClient) -> None:
        """The access token lives 15 minutes; nothing of the password or its hash is in the answer."""
        email = await registered(client)

        response = await try_sign_in(client, email)

        answer = response.json()
        assert 201 == response.status_code
        assert ("Bearer", 900, email, "Deniz Kaya", "tr", False) == (
            answer["token_type"],
            answer["expires_in"],
            answer["user"]["email"],
            answer["user"]["name"],
            answer["user"]["locale"],
            answer["user"]["operator"],
        )
        assert [] == answer["user"]["memberships"]
        assert answer["refresh_token"].startswith("rt_")
        assert "argon2" not in response.text
        assert "no-store" == response.headers["cache-control"]

    async def test_an_unknown_email_and_a_wrong_password_are_told_alike(
        self, client: httpx.AsyncClient
    ) -> None:
        """Nobody learns here who has an account."""
        known = await try_sign_in(client, await registered(client), "yanlış bir parola")
        unknown = await try_sign_in(client, fresh_email(), "yanlış bir parola")

        assert (401, "bad_credentials") == outcome(known) == outcome(unknown)
        assert {**known.json(), "trace_id": ""} == {**unknown.json(), "trace_id": ""}

    async def test_spaces_at_the_ends_belong_to_a_password(self, client: httpx.AsyncClient) -> None:
        """Other texts are stripped; a password never."""
        assert 401 == (await try_sign_in(client, await registered(client), f"{PASSWORD} ")).status_code

    async def test_a_one_time_code_is_refused_until_there_are_some(self, client: httpx.AsyncClient) -> None:
        """Better than to take any code and say nothing."""
        email = await registered(client)

        response = await client.post(
            f"{API}/auth/sessions", json={"email": email, "password": PASSWORD, "totp": "123456"}
        )

        assert (422, "totp") == (response.status_code, response.json()["field"])

    async def test_a_dead_token_beside_the_password_does_no_harm(self, client: httpx.AsyncClient) -> None:
        """Clients send the old token along when they come to replace it."""
        email = await registered(client)

        response = await client.post(
            f"{API}/auth/sessions",
            json={"email": email, "password": PASSWORD},
            headers={"Authorization": "Bearer dead"},
        )

        assert 201 == response.status_code

    async def test_the_access_token_is_verified_by_the_public_keys(self, client: httpx.AsyncClient) -> None:
        """Anybody can check it with the JWKS; it names user, session, firm, permissions and version."""
        who, organization_id = await owner(client)
        keys = jwt.PyJWKSet.from_dict((await client.get("/.well-known/jwks.json")).json())
        number = jwt.get_unverified_header(who.access)["kid"]

        claims = jwt.decode(who.access, keys[number], algorithms=["EdDSA"], issuer="biletpro")

        assert (who.id, organization_id) == (claims["sub"], claims["org"])
        assert claims["sid"] == str(UUID(claims["sid"]))
        assert "events:manage" in claims["perms"]
        assert isinstance(claims["av"], int)


class TestOpeningFirm:
    async def test_the_only_firm_opens_by_itself(self, client: httpx.AsyncClient) -> None:
        """Its rights are in the token at once."""
        who, organization_id = await owner(client)

        again = await signed_in(client, who.email)

        assert organization_id == again.pair["organization_id"]
        assert [organization_id] == [firm["organization_id"] for firm in again.pair["user"]["memberships"]]

    async def test_of_several_firms_the_last_used_one_opens(self, client: httpx.AsyncClient) -> None:
        """Whoever works for two firms goes on where he was."""
        boss, first = await owner(client)
        other_boss, second = await owner(client)
        who = await member(client, boss, first, "viewer")
        invited = await client.post(
            f"{API}/organizations/{second}/members",
            json={"email": who.email, "name": "Deniz Kaya", "role": "door"},
            headers=other_boss.headers,
        )
        token = invited.json()["invitation_token"]
        await client.post(f"{API}/invitations/{token}/accept", headers=who.headers)
        assert first == (await signed_in(client, who.email)).pair["organization_id"]

        await switch(client, who, second)

        assert second == (await signed_in(client, who.email)).pair["organization_id"]


class TestLockOut:
    async def test_five_failures_lock_the_email_for_a_quarter_of_an_hour(
        self, client: httpx.AsyncClient
    ) -> None:
        """Then the right password is refused as well, and it is said for how long."""
        email = await registered(client)

        tries = [outcome(await try_sign_in(client, email, "yanlış")) for _ in range(FAILURES_MAX)]
        right = await try_sign_in(client, email)

        assert [(401, "bad_credentials")] * FAILURES_MAX == tries
        assert (423, "locked_out") == outcome(right)
        assert LOCK_S - 30 < right.json()["retry_after_s"] <= LOCK_S
        assert str(right.json()["retry_after_s"]) == right.headers["retry-after"]

    @pytest.mark.parametrize("whose", ["somebody", "nobody"])
    async def test_twenty_tries_at_one_moment_are_five_guesses(
        self, client: httpx.AsyncClient, whose: str
    ) -> None:
        """The count is kept under a lock, for e-mails that are nobody's too."""
        email = await registered(client) if whose == "somebody" else fresh_email()

        tries = await asyncio.gather(*(try_sign_in(client, email, f"yanlış {n}") for n in range(20)))

        assert [401] * FAILURES_MAX + [423] * 15 == sorted(answer.status_code for answer in tries)

    async def test_the_right_password_behind_many_wrong_ones_is_refused_too(
        self, client: httpx.AsyncClient
    ) -> None:
        """All were let in at one moment; had the last been told, twenty guesses would have been answered."""
        email = await registered(client)
        wrong = [try_sign_in(client, email, f"yanlış {n}") for n in range(19)]

        answers = await asyncio.gather(*wrong, try_sign_in(client, email))

        assert (423, "locked_out") == outcome(answers[-1])

    async def test_signing_in_forgets_the_failures_before(self, client: httpx.AsyncClient) -> None:
        """Four typing errors today and four tomorrow lock nobody out."""
        email = await registered(client)
        for _ in range(2):
            for _ in range(FAILURES_MAX - 1):
                await try_sign_in(client, email, "yanlış")

            assert 201 == (await try_sign_in(client, email)).status_code

    async def test_many_right_passwords_at_one_moment_all_sign_in(self, client: httpx.AsyncClient) -> None:
        """Only failures are counted."""
        email = await registered(client)

        answers = await asyncio.gather(*(try_sign_in(client, email) for _ in range(10)))

        assert [201] * 10 == [answer.status_code for answer in answers]

    async def test_the_lock_ends_and_the_count_begins_anew(
        self, client: httpx.AsyncClient, database: Database
    ) -> None:
        """After it five more tries are left, not one."""
        email = await registered(client)
        for _ in range(FAILURES_MAX):
            await try_sign_in(client, email, "yanlış")
        async with database.system("a test lets time pass") as connection:
            await connection.execute(
                "UPDATE auth.sign_in_failures SET locked_until = now() WHERE email_hash = $1",
                email_hash(email),
            )

        again = [outcome(await try_sign_in(client, email, "yanlış"))[0] for _ in range(FAILURES_MAX)]

        assert [401] * FAILURES_MAX == again
        assert 423 == (await try_sign_in(client, email)).status_code
