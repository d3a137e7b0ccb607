"""API keys: shown once, worth no more than their maker, dead within two seconds of their end."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from biletpro.adapters.postgres import Database
from biletpro.contracts.auth import API_KEYS_MAX, Auth, FindApiKey
from biletpro.kernel.clock import utc_now
from biletpro.kernel.errors import Denied
from biletpro.kernel.messages import rfc3339
from biletpro.kernel.permissions import ANONYMOUS
from tests.services.auth.people import API, Person, bearer, member, outcome, owner, soon


def url_of(organization_id: str) -> str:
    return f"{API}/organizations/{organization_id}/api-keys"


async def create(
    client: httpx.AsyncClient, who: Person, organization_id: str, **given: Any
) -> httpx.Response:
    headers = {**who.headers, **given.pop("headers", {})}
    body = {"name": "Kasa programı", "permissions": ["events:read", "api_keys:manage"], **given}
    return await client.post(url_of(organization_id), json=body, headers=headers)


async def listed(
    client: httpx.AsyncClient, credential: str, organization_id: str, **params: Any
) -> httpx.Response:
    return await client.get(url_of(organization_id), params=params, headers=bearer(credential))


class TestCreating:
    async def test_a_key_speaks_for_its_firm_with_its_own_rights(self, client: httpx.AsyncClient) -> None:
        """And is shown this once: a list has its first symbols only."""
        who, organization_id = await owner(client)

        made = await create(client, who, organization_id)

        key = made.json()["key"]
        assert (201, 46, "bp_") == (made.status_code, len(key), key[:3])
        page = await listed(client, key, organization_id)
        assert 200 == page.status_code
        (item,) = page.json()["items"]
        assert "key" not in item
        assert (key[:8], ["api_keys:manage", "events:read"]) == (item["prefix"], item["permissions"])
        assert key not in page.text

    async def test_only_the_hash_is_stored(self, client: httpx.AsyncClient, database: Database) -> None:
        """Not in the table, the outbox, or the record of the repeat key."""
        who, organization_id = await owner(client)
        repeat = {"Idempotency-Key": uuid4().hex}
        key = (await create(client, who, organization_id, headers=repeat)).json()["key"]

        async with database.system("a test looks") as connection:
            rows = [
                str(row)
                for table in ("api_keys", "outbox", "idempotency")
                for row in await connection.fetch(f"SELECT t::text FROM auth.{table} t")
            ]

        assert rows
        assert not [row for row in rows if key in row]

    async def test_a_repeat_with_the_same_key_is_the_same_api_key(self, client: httpx.AsyncClient) -> None:
        """A lost answer is no lost key; another body under it is refused."""
        who, organization_id = await owner(client)
        repeat = {"Idempotency-Key": uuid4().hex}

        first = await create(client, who, organization_id, headers=repeat)
        second = await create(client, who, organization_id, headers=repeat)
        other = await create(client, who, organization_id, headers=repeat, name="Başka")

        assert first.json() == second.json()
        assert (422, "idempotency_mismatch") == outcome(other)
        assert 1 == len((await listed(client, who.access, organization_id)).json()["items"])

    @pytest.mark.parametrize("permission", ["platform:operate", "members:manage"])
    async def test_a_key_may_do_no_more_than_its_maker(
        self, client: httpx.AsyncClient, permission: str
    ) -> None:
        """Neither a person's nor another key's; and no key operates the platform."""
        who, organization_id = await owner(client)
        key = (await create(client, who, organization_id)).json()["key"]

        response = await client.post(
            url_of(organization_id),
            json={"name": "Fazla", "permissions": ["events:read", permission]},
            headers=bearer(key),
        )

        assert (403, "permission_missing") == outcome(response)
        assert permission == response.json()["permission"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("permissions", []),
            ("permissions.0", ["events:write"]),
            ("permissions", "events:read"),
            ("name", ""),
            ("expires_at", "2001-01-01T00:00:00Z"),
            ("expires_at", "tomorrow"),
            ("expires_at", 1),
            ("key", "bp_mine"),
        ],
    )
    async def test_a_bad_field_is_named(
        self, client: httpx.AsyncClient, firm: tuple[Person, str], field: str, value: object
    ) -> None:
        """And no key is made."""
        who, organization_id = firm

        response = await create(client, who, organization_id, **{field.split(".", 1)[0]: value})

        assert (422, field) == (response.status_code, response.json()["field"])
        assert [] == (await listed(client, who.access, organization_id)).json()["items"]

    async def test_a_firm_has_a_bounded_number_of_keys(
        self, client: httpx.AsyncClient, database: Database
    ) -> None:
        """Whoever makes one for each request is told to stop."""
        who, organization_id = await owner(client)
        await create(client, who, organization_id)
        async with database.tenant(UUID(organization_id)) as connection:
            await connection.execute(
                """INSERT INTO auth.api_keys (id, organization_id, name, prefix, key_hash, permissions,
                                              created_by, created_at)
                   SELECT gen_random_uuid(), $1, 'n', 'bp_', sha256(gen_random_uuid()::text::bytea),
                          '{door:scan}', 'user:x', now()
                     FROM generate_series(2, $2) n""",
                UUID(organization_id),
                API_KEYS_MAX,
            )

        assert (409, "too_many_api_keys") == outcome(await create(client, who, organization_id))


class TestEnding:
    async def test_a_revoked_key_is_dead_within_two_seconds(self, client: httpx.AsyncClient) -> None:
        """Also where it has just been used; a second revocation finds nothing."""
        who, organization_id = await owner(client)
        made = (await create(client, who, organization_id)).json()
        assert 200 == (await listed(client, made["key"], organization_id)).status_code

        ended = await client.delete(f"{url_of(organization_id)}/{made['id']}", headers=who.headers)

        async def dead() -> bool:
            return (await listed(client, made["key"], organization_id)).status_code == 401

        assert 204 == ended.status_code
        assert await soon(dead)
        again = await client.delete(f"{url_of(organization_id)}/{made['id']}", headers=who.headers)
        assert (404, "not_found") == outcome(again)

    async def test_a_key_ends_by_itself(self, client: httpx.AsyncClient) -> None:
        """At its `expires_at`; the list still shows it."""
        who, organization_id = await owner(client)
        ends = rfc3339(utc_now() + timedelta(seconds=1))
        key = (await create(client, who, organization_id, expires_at=ends)).json()["key"]
        await asyncio.sleep(1.1)

        assert (401, "api_key_invalid") == outcome(await listed(client, key, organization_id))
        assert 1 == len((await listed(client, who.access, organization_id)).json()["items"])

    @pytest.mark.parametrize("key", ["bp_", "bp_x", "bp_" + "a" * 43, "bp_" + "a" * 5_000, "bp_\xfc"])
    async def test_a_key_that_is_none_is_refused(self, client: httpx.AsyncClient, key: str) -> None:
        """Whatever its length."""
        headers = [(b"authorization", f"Bearer {key}".encode("latin-1"))]

        response = await client.get(url_of(str(uuid4())), headers=headers)

        assert (401, "api_key_invalid") == outcome(response)

    async def test_only_services_find_a_key(self, auth: Auth) -> None:
        """The guard speaks for a service."""
        with pytest.raises(Denied):
            await auth.find_api_key(ANONYMOUS, FindApiKey(key="bp_x"))


class TestWhoMay:
    async def test_another_firms_keys_are_unknown(self, client: httpx.AsyncClient) -> None:
        """To list, to make and to revoke."""
        who, organization_id = await owner(client)
        made = (await create(client, who, organization_id)).json()
        stranger, own_id = await owner(client)

        answers = [
            await listed(client, stranger.access, organization_id),
            await create(client, stranger, organization_id),
            await client.delete(f"{url_of(organization_id)}/{made['id']}", headers=stranger.headers),
            await client.delete(f"{url_of(own_id)}/{made['id']}", headers=stranger.headers),
            await listed(client, stranger.access, "no-id"),
        ]

        assert [(404, "not_found")] * 5 == [outcome(answer) for answer in answers]
        assert 1 == len((await listed(client, who.access, organization_id)).json()["items"])

    async def test_a_role_without_the_right_is_refused(self, client: httpx.AsyncClient) -> None:
        """A member of the firm, so 403 and not 404."""
        boss, organization_id = await owner(client)
        door = await member(client, boss, organization_id, "door")

        assert (403, "permission_missing") == outcome(await listed(client, door.access, organization_id))
        assert (403, "permission_missing") == outcome(await create(client, door, organization_id))

    async def test_a_key_is_nobodys_account(self, client: httpx.AsyncClient) -> None:
        """It has no sessions, no password and no profile."""
        who, organization_id = await owner(client)
        key = (await create(client, who, organization_id)).json()["key"]

        for path in ("me", "sessions"):
            response = await client.get(f"{API}/auth/{path}", headers=bearer(key))
            assert (403, "permission_missing") == outcome(response)

    async def test_pages_go_on_where_they_ended(self, client: httpx.AsyncClient) -> None:
        """Newest first."""
        who, organization_id = await owner(client)
        for name in ("bir", "iki", "üç"):
            await create(client, who, organization_id, name=name)

        first = (await listed(client, who.access, organization_id, limit=2)).json()
        second = (await listed(client, who.access, organization_id, limit=2, after=first["next"])).json()

        assert ["üç", "iki"] == [item["name"] for item in first["items"]]
        assert (["bir"], None) == ([item["name"] for item in second["items"]], second["next"])
        for bad in ({"limit": 0}, {"limit": 201}, {"limit": "x"}, {"after": "x"}):
            assert 422 == (await listed(client, who.access, organization_id, **bad)).status_code
