"""`biletpro up --database-url … --valkey-url …`: the same shop on servers that somebody else runs."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from biletpro.embedded.servers import EmbeddedUrls
from biletpro.kernel.ids import new_id
from tests.commands.program import running
from tests.world import PASSWORD, database_url

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def empty_database(servers: EmbeddedUrls) -> AsyncIterator[str]:
    """An administrator's URL of a database without anything."""
    name = f"test_{new_id().hex[-12:]}"
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute(f"CREATE DATABASE {name}")
    yield database_url(servers, name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_it_migrates_as_administrator_and_works_as_less(
    empty_database: str, servers: EmbeddedUrls, tmp_path: Path
) -> None:
    """The demo is in; nobody works with the administrator's rights; no database is in the folder."""
    urls = ["--database-url", empty_database, "--valkey-url", servers.valkey_url]
    with running(tmp_path, "up", *urls, given={"BILETPRO_DATABASE_PASSWORD": PASSWORD}) as shop:
        async with httpx.AsyncClient(base_url=shop.address(), timeout=10) as client:
            found = (await client.get("/api/v1/events", params={"query": "vişne"})).json()
        assert ["Vişne Bahçesi"] == [event["title"] for event in found["items"]]
        admin = await asyncpg.connect(empty_database)
        rows = await admin.fetch(
            """SELECT DISTINCT usename FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        await admin.close()
        assert ["biletpro_all"] == [row["usename"] for row in rows]
        assert 0 == shop.interrupt()
    assert not (tmp_path / ".biletpro" / "postgres").exists()
