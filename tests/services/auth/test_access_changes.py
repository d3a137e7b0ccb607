"""A change of rights reaches every process within two seconds, and none is ever skipped."""

import asyncio
from uuid import UUID

import httpx
import pytest

from biletpro.adapters.postgres import Database
from biletpro.contracts.auth import AccessChangesSince, Auth
from biletpro.kernel.errors import Denied
from biletpro.kernel.events import FeedRequest
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import ANONYMOUS, service_caller
from biletpro.services.auth.store import access
from tests.services.auth.people import API, Person, member, owner, renew, signed_in, soon

GUARD = service_caller("tests")


async def note(database: Database, subject: UUID) -> None:
    async with database.system("a test changes somebody's rights") as connection:
        await access.note_access_change(connection, [subject])


async def newest(auth: Auth) -> int:
    return (await auth.access_changes(GUARD, AccessChangesSince(after=0))).newest


async def member_url(client: httpx.AsyncClient, boss: Person, organization_id: str, who: Person) -> str:
    url = f"{API}/organizations/{organization_id}/members"
    items = (await client.get(url, headers=boss.headers)).json()["items"]
    (found,) = [item for item in items if item["user_id"] == who.id]
    return f"{url}/{found['id']}"


class TestReachingTheGuard:
    async def test_a_removed_right_ends_the_token_within_two_seconds(self, client: httpx.AsyncClient) -> None:
        """The next pair has the new rights; the person need not sign in again."""
        boss, organization_id = await owner(client)
        who = await member(client, boss, organization_id, "admin")
        orders = f"{API}/organizations/{organization_id}/api-keys"
        assert 200 == (await client.get(orders, headers=who.headers)).status_code
        url = await member_url(client, boss, organization_id, who)

        version = (await client.get(url, headers=boss.headers)).json()["version"]
        changed = await client.patch(
            url, json={"role": "door"}, headers={**boss.headers, "If-Match": f'"{version}"'}
        )

        async def ended() -> bool:
            response = await client.get(orders, headers=who.headers)
            return (response.status_code, response.json().get("code")) == (401, "access_changed")

        assert 200 == changed.status_code, changed.text
        assert await soon(ended)
        pair = (await renew(client, who.refresh)).json()
        headers = {"Authorization": f"Bearer {pair['access_token']}"}
        assert 403 == (await client.get(orders, headers=headers)).status_code
        assert 200 == (await client.get(f"{API}/auth/me", headers=headers)).status_code

    async def test_whoever_is_removed_from_a_firm_is_out_of_it(self, client: httpx.AsyncClient) -> None:
        """The session goes on, in no firm."""
        boss, organization_id = await owner(client)
        who = await member(client, boss, organization_id, "viewer")
        url = await member_url(client, boss, organization_id, who)

        removed = await client.delete(url, headers=boss.headers)

        async def ended() -> bool:
            return (await client.get(f"{API}/auth/me", headers=who.headers)).status_code == 401

        assert removed.is_success, removed.text
        assert await soon(ended)
        pair = (await renew(client, who.refresh)).json()
        assert (None, []) == (pair["organization_id"], pair["user"]["memberships"])

    async def test_a_new_firm_does_not_end_the_token_that_opened_it(self, client: httpx.AsyncClient) -> None:
        """More rights need no haste: the next switch or sign-in has them."""
        who, _ = await owner(client)
        await asyncio.sleep(1.2)

        assert 200 == (await client.get(f"{API}/auth/me", headers=who.headers)).status_code


class TestVersions:
    async def test_a_higher_version_is_never_seen_before_a_lower_one(
        self, auth: Auth, database: Database
    ) -> None:
        """A second change waits for the commit of the first, so no poller can pass one by."""
        first, second, before = new_id(), new_id(), await newest(auth)

        async with database.system("a test changes somebody's rights") as slow:
            await access.note_access_change(slow, [first])
            waiting = asyncio.get_running_loop().create_task(note(database, second))
            await asyncio.sleep(0.2)
            meanwhile = await auth.access_changes(GUARD, AccessChangesSince(after=before))
            assert not waiting.done()
        await waiting

        page = await auth.access_changes(GUARD, AccessChangesSince(after=before))
        assert [] == meanwhile.changes
        assert [first, second] == [change.subject for change in page.changes]

    async def test_pollers_see_each_change_of_many_writers_once(self, auth: Auth, database: Database) -> None:
        """Asking on from `newest`, in order, none twice, none missing."""
        subjects = [new_id() for _ in range(60)]
        reached, seen = await newest(auth), list[UUID]()
        writing = asyncio.gather(*(note(database, subject) for subject in subjects))

        while len(seen) < len(subjects):
            page = await auth.access_changes(GUARD, AccessChangesSince(after=reached))
            seen += [change.subject for change in page.changes]
            versions = [change.version for change in page.changes]
            assert sorted(versions) == versions
            reached = page.newest
        await writing

        assert sorted(subjects) == sorted(seen)

    async def test_a_process_that_starts_is_told_what_living_tokens_missed(
        self, auth: Auth, database: Database
    ) -> None:
        """Twenty minutes back; what is older killed only tokens that have died by themselves."""
        old, recent = new_id(), new_id()
        async with database.system("a test lets time pass") as connection:
            await connection.execute("DELETE FROM auth.access_changes")
            await connection.execute(
                """INSERT INTO auth.access_changes (subject, changed_at)
                   VALUES ($1, now() - interval '21 minutes'), ($2, now() - interval '19 minutes')""",
                old,
                recent,
            )

        page = await auth.access_changes(GUARD, AccessChangesSince(after=0))

        assert [recent] == [change.subject for change in page.changes]
        assert page.changes[0].version == page.newest

    async def test_only_services_may_ask(self, auth: Auth) -> None:
        """Neither for versions nor for the feed."""
        with pytest.raises(Denied):
            await auth.access_changes(ANONYMOUS, AccessChangesSince(after=0))
        with pytest.raises(Denied):
            await auth.events(ANONYMOUS, FeedRequest())


class TestFeed:
    async def test_registrations_are_told_in_order(self, client: httpx.AsyncClient, auth: Auth) -> None:
        """Whoever follows the feed hears of each once."""
        people = [await signed_in(client) for _ in range(3)]

        async def heard() -> list[str]:
            page = await auth.events(GUARD, FeedRequest(limit=2_000))
            told = [event.payload["user_id"] for event in page.events if event.type == "UserRegistered"]
            return [user_id for user_id in told if user_id in {who.id for who in people}]

        async def all_heard() -> bool:
            return len(await heard()) == len(people)

        assert await soon(all_heard)
        assert [who.id for who in people] == await heard()
