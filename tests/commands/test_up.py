"""`biletpro up` from an empty folder on: what a newcomer gets, and what comes back after every ending."""

import re
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from biletpro.demo import people
from biletpro.demo.programme import MARTI_SHOWS, PERDE_SHOWS
from tests.commands.program import alive, assert_one_line, run, running

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

SECOND_START_S_MAX = 8.0
IDLE_MEMORY_BYTES_MAX = 350 * 1024 * 1024
VISIBLE = [show for show in (*MARTI_SHOWS, *PERDE_SHOWS) if show.state != "draft"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's one installation lives; the tests follow its life from top to bottom."""
    return tmp_path_factory.mktemp("installation")


def catalogue(client: httpx.Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = client.get(
            "/api/v1/events", params={"limit": 20, **({"after": after} if after else {})}
        ).json()
        items += page["items"]
        after = page["next"]
        if after is None:
            return items


def memory_bytes(family: list[psutil.Process]) -> int:
    """What they use together, shared pages counted once."""
    rollups = [Path(f"/proc/{process.pid}/smaps_rollup").read_text() for process in family]
    return sum(
        int(kilobytes) * 1024 for text in rollups for kilobytes in re.findall(r"\nPss:\s+(\d+) kB", text)
    )


def test_an_empty_folder_becomes_a_shop(folder: Path) -> None:
    """Health, a catalogue, people who can sign in, commands to paste; Ctrl-C ends it all with exit code 0."""
    with running(folder, "up") as shop:
        with httpx.Client(base_url=shop.address(), timeout=10) as client:
            assert 200 == client.get("/health").status_code
            listed = catalogue(client)
            assert sorted(show.title for show in VISIBLE) == sorted(event["title"] for event in listed)
            assert 31 == len(listed)
            everybody = [people.OPERATOR, *(firm.owner for firm in people.FIRMS)]
            everybody += [colleague.person for firm in people.FIRMS for colleague in firm.colleagues]
            for person in everybody:
                body = {"email": person.email, "password": people.PASSWORD}
                assert person.email in shop.said()
                assert 201 == client.post("/api/v1/auth/sessions", json=body).status_code
            pasted = re.search(r"(/api/v1/events/\S+/holds) -d '(.+)'", shop.said())
            assert pasted is not None
            headers = {"Content-Type": "application/json"}
            assert 201 == client.post(pasted[1], content=pasted[2], headers=headers).status_code
        assert IDLE_MEMORY_BYTES_MAX > memory_bytes(shop.family())
        family = shop.family()
        assert 0 == shop.interrupt()
        assert [] == alive(family)
        assert "Stopped" in shop.said().splitlines()[-1]


def test_a_second_start_is_quick_and_finds_what_was_there(folder: Path) -> None:
    """Less than 4 s on a quiet machine; secrets, ids and stock are as before."""
    secrets = (folder / ".biletpro" / "secrets.json").read_text()
    with running(folder, "up") as shop:
        assert SECOND_START_S_MAX > shop.ready_after_s
        with httpx.Client(base_url=shop.address(), timeout=10) as client:
            assert 31 == len(catalogue(client))
        assert 0 == shop.interrupt()
    assert secrets == (folder / ".biletpro" / "secrets.json").read_text()
    assert 0o600 == (folder / ".biletpro" / "secrets.json").stat().st_mode & 0o777


def test_a_killed_predecessor_is_no_hindrance(folder: Path) -> None:
    """Its servers die with it or are ended by the next start, its lock and its pid files are not believed."""
    with running(folder, "up") as shop:
        shop.process.kill()
        shop.process.wait(10)
    with running(folder, "up") as shop:
        with httpx.Client(base_url=shop.address(), timeout=10) as client:
            assert 200 == client.get("/health").status_code
        assert 0 == shop.interrupt()


def test_one_installation_runs_once(folder: Path) -> None:
    """A second start in the same folder names the first one's pid."""
    with running(folder, "up") as shop:
        assert_one_line(run(folder, ["up"]), "already running", str(shop.process.pid))
        assert 0 == shop.interrupt()


def test_seeding_an_installation_that_is_not_running(folder: Path) -> None:
    """The embedded servers are started for it, and gone afterwards."""
    assert 0 == run(folder, ["seed"])[0]
    assert 0 == run(folder, ["seed"])[0]


def test_ctrl_c_while_it_starts_ends_it_cleanly(tmp_path: Path) -> None:
    """Exit code 0, nothing left running, and the next start begins where it must."""
    with running(tmp_path, "up", until="Creating the database") as shop:
        time.sleep(0.5)
        family = shop.family()
        assert 0 == shop.interrupt()
        assert [] == alive(family)
    with running(tmp_path, "up", "--no-demo") as shop:
        with httpx.Client(base_url=shop.address(), timeout=10) as client:
            assert [] == catalogue(client)
        assert 0 == shop.interrupt()


@pytest.mark.parametrize("variable", ["BILETPRO_PORT", "BILETPRO_BANK_PORT"])
def test_a_port_in_use_is_one_line_and_the_way_out(tmp_path: Path, variable: str) -> None:
    """Before anything is started."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        outcome = run(tmp_path, ["up"], {variable: port})
    assert_one_line(outcome, port, f"{variable}=")
    assert not (tmp_path / ".biletpro").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"BILETPRO_PRODUCTION": "on"}, "BILETPRO_PRODUCTION"),
        ({"BILETPRO_PORT": "eight"}, "BILETPRO_PORT"),
        ({"BILETPRO_PORT": "80000"}, "BILETPRO_PORT"),
        ({"BILETPRO_LOG_LEVEL": "loud"}, "BILETPRO_LOG_LEVEL"),
        ({"BILETPRO_VALKEY_URL": "redis://127.0.0.1:1"}, "--database-url"),
        (
            {
                "BILETPRO_DATABASE_URL": "postgresql://a:secret@127.0.0.1:1/x",
                "BILETPRO_VALKEY_URL": "redis://h",
            },
            "127.0.0.1:1",
        ),
        ({"BILETPRO_DATABASE_URL": "mysql://h/x", "BILETPRO_VALKEY_URL": "redis://h"}, "postgresql://"),
        ({"BILETPRO_DATA_FOLDER": "/proc/nowhere"}, "/proc/nowhere"),
    ],
)
def test_what_cannot_work_is_one_line_too(tmp_path: Path, given: dict[str, str], words: str) -> None:
    """Wrong settings and servers that are not there; no password is shown."""
    outcome = run(tmp_path, ["up"], given)
    assert_one_line(outcome, words)
    assert "secret" not in outcome[2]


def test_damaged_secrets_stop_the_start(tmp_path: Path) -> None:
    """Making new ones would make every sold ticket worthless."""
    (tmp_path / ".biletpro").mkdir()
    (tmp_path / ".biletpro" / "secrets.json").write_text('{"secret_keys": 7}')
    assert_one_line(run(tmp_path, ["up"]), "secrets.json", "backup")
