"""Sessions: a refresh token is good once, and what is ended is dead everywhere within two seconds."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest

from biletpro.adapters.postgres import Database
from tests.services.auth.people import (
    API,
    Person,
    bearer,
    member,
    outcome,
    owner,
    renew,
    signed_in,
    soon,
    switch,
)


async def alive(client: httpx.AsyncClient, access: str) -> bool:
    return (await client.get(f"{API}/auth/sessions", headers=bearer(access))).status_code == 200


async def dies_soon(client: httpx.AsyncClient, access: str) -> bool:
    """Whether an access token is refused within two seconds."""

    async def dead() -> bool:
        return not await alive(client, access)

    return await soon(dead)


async def change_session(database: Database, session_id: str, change: str) -> None:
    async with database.system("a test lets time pass") as connection:
        await connection.execute(f"UPDATE auth.sessions SET {change} WHERE id = $1", session_id)


class TestRenewing:
    async def test_each_renewal_gives_a_new_pair(self, client: httpx.AsyncClient) -> None:
        """The session stays the same; the person is in the answer again."""
        who = await signed_in(client)

        first = await renew(client, who.refresh)
        second = await renew(client, first.json()["refresh_token"])

        assert [201, 201] == [first.status_code, second.status_code]
        assert 3 == len({who.refresh, first.json()["refresh_token"], second.json()["refresh_token"]})
        assert who.email == second.json()["user"]["email"]
        page = await client.get(f"{API}/auth/sessions", headers=bearer(second.json()["access_token"]))
        assert 1 == len(page.json()["items"])

    async def test_a_token_used_twice_closes_its_whole_family(
        self, client: httpx.AsyncClient, database: Database
    ) -> None:
        """One of two holders stole it: the newest token and every access token of the session die too."""
        who = await signed_in(client)
        newest = (await renew(client, who.refresh)).json()

        again = await renew(client, who.refresh)

        assert (401, "refresh_reused") == outcome(again)
        assert (401, "refresh_invalid") == outcome(await renew(client, newest["refresh_token"]))
        assert await dies_soon(client, newest["access_token"])
        assert await dies_soon(client, who.access)
        async with database.system("a test looks") as connection:
            told = await connection.fetchval(
                "SELECT count(*) FROM auth.outbox WHERE type = 'RefreshTokenReused' AND key = $1", who.id
            )
        assert 1 == told

    async def test_other_sessions_of_the_person_go_on(self, client: httpx.AsyncClient) -> None:
        """A family is one session, not the person."""
        who = await signed_in(client)
        other = await signed_in(client, who.email)
        await renew(client, who.refresh)
        await renew(client, who.refresh)
        assert await dies_soon(client, who.access)

        assert 201 == (await renew(client, other.refresh)).status_code
        assert await alive(client, other.access)

    async def test_of_ten_renewals_at_one_moment_one_wins(self, client: httpx.AsyncClient) -> None:
        """The others are second uses, so the winner's pair is dead as well: strict, without a grace."""
        who = await signed_in(client)

        answers = await asyncio.gather(*(renew(client, who.refresh) for _ in range(10)))

        assert [201] + [401] * 9 == sorted(answer.status_code for answer in answers)
        won = next(answer for answer in answers if answer.is_success)
        assert (401, "refresh_invalid") == outcome(await renew(client, won.json()["refresh_token"]))

    @pytest.mark.parametrize("token", ["x", "rt_", "bp_" + "a" * 43, "ş", "\x00", " "])
    async def test_nonsense_is_refused_and_closes_nothing(
        self, client: httpx.AsyncClient, someone: Person, token: str
    ) -> None:
        """Whoever knows only a session's id cannot close it with a made-up token."""
        made_up = someone.refresh[:40] + "A" * (len(someone.refresh) - 40)

        assert (await renew(client, token)).status_code in {401, 422}
        assert (401, "refresh_invalid") == outcome(await renew(client, made_up))
        assert await alive(client, someone.access)

    async def test_a_session_ends_however_often_it_was_renewed(
        self, client: httpx.AsyncClient, database: Database
    ) -> None:
        """Its end was fixed at the sign-in."""
        who = await signed_in(client)
        pair = (await renew(client, who.refresh)).json()
        (session,) = (await client.get(f"{API}/auth/sessions", headers=who.headers)).json()["items"]
        await change_session(database, session["id"], "expires_at = now()")

        assert (401, "refresh_invalid") == outcome(await renew(client, pair["refresh_token"]))

    async def test_no_secret_is_stored(self, client: httpx.AsyncClient, database: Database) -> None:
        """Only a SHA-256 of the refresh token; a repeat key keeps no answer that holds one."""
        key = {"Idempotency-Key": uuid4().hex}
        who = await signed_in(client)
        pair = (
            await client.post(
                f"{API}/auth/sessions/refresh", json={"refresh_token": who.refresh}, headers=key
            )
        ).json()

        async with database.system("a test looks") as connection:
            tables = ("sessions", "refresh_tokens", "idempotency", "outbox", "users")
            rows = [
                str(row)
                for table in tables
                for row in await connection.fetch(f"SELECT t::text FROM auth.{table} t")
            ]

        assert not [row for row in rows if pair["refresh_token"] in row or pair["access_token"] in row]


class TestSwitching:
    async def test_a_switch_gives_a_pair_for_the_other_firm(self, client: httpx.AsyncClient) -> None:
        """The session goes on; the token before it in the family becomes unknown, without an alarm."""
        boss, organization_id = await owner(client)
        who = await member(client, boss, organization_id, "box_office")

        me = (await client.get(f"{API}/auth/me", headers=who.headers)).json()

        assert organization_id == me["organization_id"]
        assert ["box_office:sell", "events:read", "orders:read"] == me["permissions"]
        assert 201 == (await renew(client, who.refresh)).status_code

    async def test_the_token_before_a_switch_is_dead_without_an_alarm(
        self, client: httpx.AsyncClient
    ) -> None:
        """A second window that still holds it is no thief: the session goes on."""
        before, organization_id = await owner(client)
        after = (await switch(client, before, organization_id)).json()

        assert (401, "refresh_invalid") == outcome(await renew(client, before.refresh))
        assert 201 == (await renew(client, after["refresh_token"])).status_code

    async def test_a_firm_that_one_does_not_belong_to_is_unknown(self, client: httpx.AsyncClient) -> None:
        """Also when there is such a firm."""
        _, organization_id = await owner(client)
        who = await signed_in(client)

        assert (404, "not_found") == outcome(await switch(client, who, organization_id))
        assert (404, "not_found") == outcome(await switch(client, who, str(uuid4())))

    async def test_an_ended_session_cannot_switch(
        self, client: httpx.AsyncClient, database: Database
    ) -> None:
        """Not even in the half second before every process has heard."""
        who, organization_id = await owner(client)
        (session, *_) = (await client.get(f"{API}/auth/sessions", headers=who.headers)).json()["items"]
        await change_session(database, session["id"], "revoked_at = now()")

        assert (401, "refresh_invalid") == outcome(await switch(client, who, organization_id))


class TestEnding:
    async def test_signing_out_ends_the_session_everywhere(self, client: httpx.AsyncClient) -> None:
        """Its refresh token at once, its access token within two seconds."""
        who = await signed_in(client)

        response = await client.delete(f"{API}/auth/sessions/current", headers=who.headers)

        assert (204, b"") == (response.status_code, response.content)
        assert (401, "refresh_invalid") == outcome(await renew(client, who.refresh))
        assert await dies_soon(client, who.access)

    async def test_a_person_sees_and_ends_his_other_sessions(self, client: httpx.AsyncClient) -> None:
        """Newest first; the one that asks is marked; pages go on where they ended."""
        who = await signed_in(client)
        lost = await signed_in(client, who.email)
        url = f"{API}/auth/sessions"

        first = (await client.get(url, params={"limit": 1}, headers=who.headers)).json()
        second = (
            await client.get(url, params={"limit": 1, "after": first["next"]}, headers=who.headers)
        ).json()
        ended = await client.delete(f"{url}/{first['items'][0]['id']}", headers=who.headers)

        assert [False, True] == [first["items"][0]["current"], second["items"][0]["current"]]
        assert second["next"] is None
        assert 204 == ended.status_code
        assert await dies_soon(client, lost.access)
        assert await alive(client, who.access)

    async def test_another_persons_session_is_unknown(self, client: httpx.AsyncClient) -> None:
        """And stays open."""
        who, other = await signed_in(client), await signed_in(client)
        (theirs,) = (await client.get(f"{API}/auth/sessions", headers=other.headers)).json()["items"]

        for session in (theirs["id"], str(uuid4()), "no-id", "CURRENT"):
            response = await client.delete(f"{API}/auth/sessions/{session}", headers=who.headers)
            assert (404, "not_found") == outcome(response)

        assert 201 == (await renew(client, other.refresh)).status_code

    @pytest.mark.parametrize("after", ["!", "a", "AAAA", "ş", "x" * 900])
    async def test_a_made_up_cursor_is_refused(
        self, client: httpx.AsyncClient, someone: Person, after: str
    ) -> None:
        """Never a guess at what was meant."""
        response = await client.get(f"{API}/auth/sessions", params={"after": after}, headers=someone.headers)

        assert (422, "after") == (response.status_code, response.json()["field"])

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/auth/me"),
            ("PATCH", "/auth/me"),
            ("POST", "/auth/password"),
            ("GET", "/auth/sessions"),
            ("POST", "/auth/sessions/switch"),
            ("DELETE", "/auth/sessions/current"),
            ("GET", f"/organizations/{UUID(int=1)}/api-keys"),
            ("POST", f"/organizations/{UUID(int=1)}/api-keys"),
            ("DELETE", f"/organizations/{UUID(int=1)}/api-keys/{UUID(int=2)}"),
        ],
    )
    async def test_nobody_is_let_in_without_a_token(
        self, client: httpx.AsyncClient, method: str, path: str
    ) -> None:
        """401, whatever else is wrong with the request."""
        for headers in ({}, bearer("x"), bearer("bp_x"), {"Authorization": "Basic x"}):
            response = await client.request(method, f"{API}{path}", headers=headers)

            assert 401 == response.status_code, response.text
