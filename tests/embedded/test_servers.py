"""The embedded servers come up from nothing, keep what they were given, and go away cleanly."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from biletpro.embedded.servers import EmbeddedServers
from tests.embedded.toolbox import begin_victim, kill, query, running_in, until, valkey


def servers_in(folder: Path) -> EmbeddedServers:
    return EmbeddedServers(folder, progress=lambda _line: None)


@contextmanager
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    """Some program that has nothing to do with us."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


class TestStart:
    async def test_everything_stays_over_a_stop_and_a_second_start(self, folder: Path) -> None:
        """Data, ports and passwords are those of the first start, and the second takes less than a second."""
        servers = servers_in(folder)
        first = await servers.start()
        await query(first, "CREATE TABLE kept AS SELECT 42 AS answer")
        await valkey(first, "SET kept 42")
        await servers.stop()

        begun = time.monotonic()
        second = await servers.start()
        took_s = time.monotonic() - begun
        try:
            assert first == second
            assert await query(second, "SELECT answer FROM kept") == 42
            assert [b"$2", b"42"] == await valkey(second, "GET kept")
            assert took_s < 1.0
        finally:
            await servers.stop()

    async def test_durability_and_dialect_are_those_of_production(self, folder: Path) -> None:
        """What a test proves on these servers must hold on real ones."""
        servers = servers_in(folder)
        urls = await servers.start()
        try:
            durable = ("fsync", "synchronous_commit", "full_page_writes")
            assert ["on"] * 3 == [await query(urls, f"SHOW {name}") for name in durable]
            assert await query(urls, "SELECT current_setting('server_version_num')::int / 10000") == 18
            assert await query(urls, "SHOW listen_addresses") == "127.0.0.1"
            assert ("biletpro", "UTF8", "b", "C.UTF-8") == await query(
                urls,
                "SELECT (datname::text, pg_encoding_to_char(encoding), datlocprovider::text, datlocale)"
                " FROM pg_database WHERE datname = current_database()",
            )
            assert [b"*2", b"$10", b"appendonly", b"$3", b"yes"] == await valkey(
                urls, "CONFIG GET appendonly"
            )
        finally:
            await servers.stop()

    async def test_progress_names_the_slow_step_once(self, folder: Path) -> None:
        """A person who waits the first time reads for what; later starts do not claim to create anything."""
        told: list[str] = []
        servers = EmbeddedServers(folder, progress=told.append)
        await servers.start()
        await servers.stop()
        creating = [line for line in told if "(once)" in line]
        told.clear()
        await servers.start()
        await servers.stop()

        assert len(creating) == 1
        assert ["Starting PostgreSQL and Valkey …", "PostgreSQL and Valkey are ready"] == told

    async def test_secrets_are_the_owners_only(self, folder: Path) -> None:
        """Whoever else has an account on the machine reads no password and opens no socket."""
        servers = servers_in(folder)
        urls = await servers.start()
        try:
            password = urlsplit(urls.database_url).password
            assert password == (folder / "postgres" / "password").read_text()
            private = (folder, folder / "postgres" / "password", folder / "valkey" / "valkey.conf")
            assert [0] * 3 == [path.stat().st_mode & 0o077 for path in private]
        finally:
            await servers.stop()


class TestStop:
    async def test_nothing_runs_after_a_stop(self, folder: Path) -> None:
        """Both programs are gone when stop returns, and a second stop is harmless."""
        servers = servers_in(folder)
        await servers.start()
        assert {"postgres", "valkey-server"} == running_in(folder)

        await servers.stop()
        await servers.stop()

        assert set() == running_in(folder)


class TestPredecessor:
    async def test_servers_die_with_a_killed_parent(self, folder: Path) -> None:
        """A parent that had no time to say goodbye leaves no server behind."""
        process, _ = begin_victim(folder)
        assert {"postgres", "valkey-server"} == running_in(folder)

        kill(process)

        assert await until(lambda: not running_in(folder))

    async def test_a_start_right_after_a_kill_finds_what_was_committed(self, folder: Path) -> None:
        """Not even waiting is needed: the new start sees the old servers out."""
        process, urls = begin_victim(folder)
        await query(urls, "CREATE TABLE kept AS SELECT 42 AS answer")
        kill(process)

        servers = servers_in(folder)
        again = await servers.start()
        try:
            assert await query(again, "SELECT answer FROM kept") == 42
        finally:
            await servers.stop()

    async def test_servers_that_outlived_their_parent_are_replaced(self, folder: Path) -> None:
        """Orphans without a parent to tell them are stopped and their ports taken over."""
        abandoned = servers_in(folder)
        first = await abandoned.start()
        assert abandoned._lock is not None
        abandoned._lock.close()  # As the kernel does it for a parent that was killed.

        servers = servers_in(folder)
        second = await servers.start()
        try:
            assert first == second
            assert abandoned._postgres._server is not None
            assert not abandoned._postgres._server.lives
        finally:
            await servers.stop()
            await abandoned.stop()

    async def test_a_stale_pid_file_with_a_number_in_use_does_not_matter(self, folder: Path) -> None:
        """After a reboot the number in postmaster.pid is any program's; PostgreSQL alone would refuse."""
        servers = servers_in(folder)
        await servers.start()
        pid_file = folder / "postgres" / "data" / "postmaster.pid"
        lines = pid_file.read_text()
        await servers.stop()
        with stranger() as other:
            pid_file.write_text(str(other.pid) + lines[lines.index("\n") :])

            await servers.start()
            await servers.stop()

            assert other.poll() is None

    async def test_a_first_start_that_was_cut_short_is_done_again(self, folder: Path) -> None:
        """A half made cluster is never taken for a whole one."""
        unborn = folder / "postgres" / "data.new"
        unborn.mkdir(parents=True)
        (unborn / "PG_VERSION").write_text("18")

        servers = servers_in(folder)
        urls = await servers.start()
        try:
            assert await query(urls, "SELECT 1") == 1
            assert not unborn.exists()
        finally:
            await servers.stop()
