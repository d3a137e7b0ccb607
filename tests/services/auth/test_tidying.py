"""What is past its use is forgotten by the clock, and nothing else is."""

import httpx

from biletpro.adapters.postgres import Database
from biletpro.services.auth.domain import email_hash
from biletpro.services.auth.operations import AuthOperations
from tests.services.auth.people import Person, fresh_email, outcome, renew, signed_in, try_sign_in


async def count(database: Database, table: str, condition: str, *values: object) -> int:
    async with database.system("a test looks") as connection:
        found: int = await connection.fetchval(
            f"SELECT count(*) FROM auth.{table} WHERE {condition}", *values
        )
    return found


async def change(database: Database, statement: str, *values: object) -> None:
    async with database.system("a test lets time pass") as connection:
        await connection.execute(statement, *values)


async def sessions_of(database: Database, who: Person) -> int:
    return await count(database, "sessions", "user_id = $1", who.id)


class TestTidying:
    async def test_a_session_goes_a_day_after_its_end(
        self, client: httpx.AsyncClient, database: Database, auth: AuthOperations
    ) -> None:
        """With its tokens; one that lives, or ended just now, stays."""
        dead, fresh, living = [await signed_in(client) for _ in range(3)]
        await renew(client, dead.refresh)
        ended = "UPDATE auth.sessions SET revoked_at = now() - $2::interval WHERE user_id = $1"
        await change(database, ended.replace("$2", "'25 hours'"), dead.id)
        await change(database, ended.replace("$2", "'1 hour'"), fresh.id)

        assert await auth.tidy()

        kept = [await sessions_of(database, who) for who in (dead, fresh, living)]
        assert [0, 1, 1] == kept
        assert 201 == (await renew(client, living.refresh)).status_code
        assert (401, "refresh_invalid") == outcome(await renew(client, dead.refresh))

    async def test_failures_go_once_they_neither_count_nor_lock(
        self, client: httpx.AsyncClient, database: Database, auth: AuthOperations
    ) -> None:
        """A lock that stands is never tidied away."""
        forgiven, locked = fresh_email(), fresh_email()
        await try_sign_in(client, forgiven)
        for _ in range(5):
            await try_sign_in(client, locked)
        await change(database, "UPDATE auth.sign_in_failures SET last_at = now() - interval '16 minutes'")

        assert await auth.tidy()

        kept = [
            await count(database, "sign_in_failures", "email_hash = $1", email_hash(email))
            for email in (forgiven, locked)
        ]
        assert [0, 1] == kept
        assert 423 == (await try_sign_in(client, locked)).status_code

    async def test_access_changes_go_after_a_day(self, database: Database, auth: AuthOperations) -> None:
        """No token lives that long."""
        for age in ("25 hours", "23 hours"):
            await change(
                database,
                f"""INSERT INTO auth.access_changes (subject, changed_at)
                    VALUES (gen_random_uuid(), now() - interval '{age}')""",
            )

        assert await auth.tidy()

        assert 0 == await count(database, "access_changes", "changed_at < now() - interval '1 day'")
        assert 1 == await count(
            database,
            "access_changes",
            "changed_at BETWEEN now() - interval '1 day' AND now() - '1 h'::interval",
        )

    async def test_one_process_tidies_at_a_time(self, database: Database, auth: AuthOperations) -> None:
        """The other goes on without waiting."""
        async with database.system("a test tidies elsewhere") as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('auth.tidying', 0))")

            assert not await auth.tidy()
