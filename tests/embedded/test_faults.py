"""Whatever keeps the servers from starting: one line, the way out, and nothing left running."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from biletpro.embedded import faults
from biletpro.embedded.faults import EmbeddedFault
from biletpro.embedded.servers import EmbeddedServers
from tests.embedded.toolbox import VICTIM, query, running_in


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def occupied(folder: Path) -> Path:
    """A file where the folder should be."""
    folder.write_text("not a folder")
    return folder


async def fault_of(servers: EmbeddedServers) -> EmbeddedFault:
    with pytest.raises(EmbeddedFault) as refusal:
        await servers.start()
    assert "\n" not in refusal.value.message + refusal.value.remedy
    assert refusal.value.remedy
    return refusal.value


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def remembered_port(folder: Path) -> str:
    return (folder / "postgres" / "port").read_text()


@pytest.mark.parametrize("which", ["postgres_port", "valkey_port"])
async def test_a_wanted_port_in_use_is_named(folder: Path, taken_port: int, which: str) -> None:
    """The port was asked for, so another one would be a surprise; the other server does not stay behind."""
    postgres, valkey = (taken_port, None) if which == "postgres_port" else (None, taken_port)
    servers = EmbeddedServers(folder, postgres_port=postgres, valkey_port=valkey, progress=lambda _line: None)

    fault = await fault_of(servers)

    assert f"port {taken_port} on 127.0.0.1" in fault.message
    assert set() == running_in(folder)


async def test_a_remembered_port_in_use_is_replaced(folder: Path, taken_port: int) -> None:
    """Nobody asked for that number: the servers take another one and remember it."""
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "port").write_text(str(taken_port))
    servers = EmbeddedServers(folder, progress=lambda _line: None)

    urls = await servers.start()
    try:
        assert str(taken_port) not in urls.database_url
        assert remembered_port(folder) in urls.database_url
    finally:
        await servers.stop()


async def test_a_folder_in_use_is_refused_and_its_holder_named(folder: Path) -> None:
    """Two programs on one database folder would destroy it; the second is told whom to stop."""
    first = EmbeddedServers(folder, progress=lambda _line: None)
    urls = await first.start()
    try:
        fault = await fault_of(EmbeddedServers(folder, progress=lambda _line: None))

        assert f"already running in {folder} (pid {os.getpid()})" == fault.message
        assert await query(urls, "SELECT 1") == 1
    finally:
        await first.stop()


@pytest.mark.parametrize("below", ["", "deeper"])
async def test_a_folder_that_cannot_be_made_is_named(occupied: Path, below: str) -> None:
    """A file in its place, or above it (for root every folder is writable, so permissions are no test)."""
    fault = await fault_of(EmbeddedServers(occupied / below, progress=lambda _line: None))

    assert f"{occupied / below} cannot be written" in fault.message


async def test_data_of_another_postgres_is_left_alone(folder: Path) -> None:
    """An upgrade is a decision of the owner; the line says what is there and how to save it."""
    data = folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")

    fault = await fault_of(EmbeddedServers(folder, progress=lambda _line: None))

    assert f"{data} holds data of PostgreSQL 16, and this is 18" == fault.message
    assert ["PG_VERSION"] == names_in(data)
    assert set() == running_in(folder)


async def test_a_postgres_that_refuses_its_settings_is_quoted(folder: Path) -> None:
    """An unforeseen reason arrives in PostgreSQL's own words, from this run and not from an older one."""
    servers = EmbeddedServers(folder, progress=lambda _line: None)
    await servers.start()
    await servers.stop()
    log = next((folder / "postgres" / "log").glob("postgres-*.log"))
    log.write_text(log.read_text() + "FATAL: could not write: No space left on device\n")
    with (folder / "postgres" / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("max_connections = many\n")

    fault = await fault_of(servers)

    assert "PostgreSQL did not start (" in fault.message
    assert "log" in fault.remedy
    assert set() == running_in(folder)


async def test_a_cancelled_start_leaves_nothing_running(folder: Path) -> None:
    """Ctrl-C during the first start, wherever it is just then."""
    for moment_s in (0.05, 0.4):
        servers = EmbeddedServers(folder, progress=lambda _line: None)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(servers.start(), moment_s)
        assert set() == running_in(folder)
    servers = EmbeddedServers(folder, progress=lambda _line: None)
    urls = await servers.start()
    try:
        assert await query(urls, "SELECT 1") == 1
    finally:
        await servers.stop()


def test_a_full_disk_is_said_before_anything_starts(tmp_path: Path) -> None:
    """On a real small file system, mounted where only this test sees it."""
    small = tmp_path / "small"
    small.mkdir()
    unshare = shutil.which("unshare")
    assert unshare, "util-linux is there on every Debian"
    script = 'mount -t tmpfs -o size=50m none "$1" && exec "$2" "$3" "$1/embedded"'
    command = [unshare, "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]

    shown = subprocess.run(
        [*command, str(small), sys.executable, str(VICTIM)], capture_output=True, text=True, check=True
    )

    assert f"fault the disk below {small}/embedded is full\n" == shown.stdout


def test_a_disk_that_fills_up_meanwhile_is_recognised_in_a_servers_words() -> None:
    """Each server has its own words for it; the person gets the same line."""
    words = 'FATAL:  could not write lock file "postmaster.pid": No space left on device'

    fault = faults.from_last_words("PostgreSQL", 5432, Path("folder"), words)

    assert faults.disk_full(Path("folder")).message == fault.message


def test_a_server_that_lost_the_race_for_its_port_says_so() -> None:
    """Between our look at the port and the server's, another program may take it."""
    words = (
        "Warning: Could not create server TCP listening socket 127.0.0.1:6379: bind: Address already in use"
    )

    fault = faults.from_last_words("Valkey", 6379, Path("folder"), words)

    assert faults.port_in_use("Valkey", 6379).message == fault.message
