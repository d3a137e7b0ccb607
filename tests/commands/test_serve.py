"""`biletpro serve`: the same services in several processes, which call each other over RPC."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import pytest

from biletpro.adapters.migrate import ALL_SERVICES_LOGIN
from biletpro.embedded.servers import EmbeddedUrls
from biletpro.kernel.ids import new_id
from tests.commands.program import Running, assert_one_line, run, running
from tests.world import PASSWORD, World, database_url, eventually, seed_hex

pytestmark = pytest.mark.timeout(120)

SERVING = "Serving"
CALLS = r"calls at\s+"


@pytest.fixture(scope="module")
async def database(servers: EmbeddedUrls, template: str) -> AsyncIterator[str]:
    """The name of an empty, migrated database."""
    name = f"test_{new_id().hex[-12:]}"
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield name
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture(scope="module")
def given(servers: EmbeddedUrls, database: str) -> dict[str, str]:
    """What every process of one installation is told."""
    return {
        "BILETPRO_DATABASE_URL": database_url(servers, database, ALL_SERVICES_LOGIN),
        "BILETPRO_VALKEY_URL": servers.valkey_url,
        "BILETPRO_SECRET_KEYS": seed_hex(),
        "BILETPRO_TOKEN_KEYS": seed_hex(),
        "BILETPRO_TICKET_KEYS": seed_hex(),
        "BILETPRO_RPC_SECRET": os.urandom(24).hex(),
        "BILETPRO_BANK_SECRET": os.urandom(24).hex(),
    }


@pytest.fixture(scope="module")
def processes(
    given: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, Running]]:
    """Rights here, selling there."""
    with ExitStack() as stack:
        people = stack.enter_context(
            running(
                tmp_path_factory.mktemp("people"), "serve", "organization", "auth", until=SERVING, given=given
            )
        )
        calls = people.address(CALLS)
        peers = {"BILETPRO_PEERS": f"auth={calls},organization={calls}"}
        shop = stack.enter_context(
            running(
                tmp_path_factory.mktemp("shop"), "serve", "event", "sales", until=SERVING, given=given | peers
            )
        )
        yield people, shop


class Gateway(httpx.AsyncBaseTransport):
    """Routes by path, as the one in front of a split installation does."""

    def __init__(self, people: str, shop: str) -> None:
        self._people = httpx.URL(people)
        self._shop = httpx.URL(shop)
        self._wire = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        ours = path.startswith("/api/v1/auth/") or path == "/api/v1/organizations"
        target = self._people if ours else self._shop
        request.url = request.url.copy_with(host=target.host, port=target.port)
        return await self._wire.handle_async_request(request)

    async def aclose(self) -> None:
        await self._wire.aclose()


@pytest.fixture
async def split(
    processes: tuple[Running, Running], servers: EmbeddedUrls, database: str
) -> AsyncIterator[World]:
    """The world of the other tests, in two processes behind a gateway; it has no assembly to look into."""
    people, shop = (process.address(f"{SERVING}.*? at ") for process in processes)
    transport = Gateway(people, shop)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=10) as client:
        yield World(cast(Any, None), client, database_url(servers, database), servers)


async def test_two_processes_sell_a_ticket_together(split: World) -> None:
    """Registered and signed in in one, published, bought and paid in the other; the ticket is valid."""
    sale = await split.sale({"Parter": {"capacity": 10}})
    order = await split.bought(sale, {"category_id": sale.categories["Parter"]["id"], "quantity": 2})
    assert ["valid", "valid"] == [ticket["status"] for ticket in order["tickets"]]
    assert (0, 2) == await split.stock(sale.categories["Parter"]["id"])


async def test_a_right_taken_away_is_gone_in_the_other_process(split: World) -> None:
    """A session ended in one process is dead in the other within two seconds."""
    sale = await split.unpublished({})
    events = f"/api/v1/organizations/{sale.owner.organization_id}/events"
    assert 200 == (await split.client.get(events, headers=sale.owner.headers())).status_code
    ended = await split.client.delete("/api/v1/auth/sessions/current", headers=sale.owner.headers())
    assert 204 == ended.status_code
    await eventually_refused(split, events, sale.owner.headers())


async def eventually_refused(split: World, path: str, headers: dict[str, str]) -> None:
    async def refused() -> bool:
        return 401 == (await split.client.get(path, headers=headers)).status_code

    await eventually(refused, within_s=3.0)


def test_calls_without_a_service_token_are_turned_away(processes: tuple[Running, Running]) -> None:
    """The port of calls is no way around the guard."""
    people, _ = processes
    answer = httpx.post(f"{people.address(CALLS)}/auth/rpc/ensure_user", json={}, timeout=10)
    assert 401 == answer.status_code


def test_a_missing_peer_is_one_line(given: dict[str, str], tmp_path: Path) -> None:
    """It names the variable that says where the peer is."""
    assert_one_line(run(tmp_path, ["serve", "event"], given), "BILETPRO_PEERS")


def test_an_unknown_service_is_one_line(given: dict[str, str], tmp_path: Path) -> None:
    """It names those that there are."""
    assert_one_line(run(tmp_path, ["serve", "tickets"], given), "tickets", "organization")


def test_a_missing_secret_is_one_line(given: dict[str, str], tmp_path: Path) -> None:
    """Nothing is made up for a process that shares an installation."""
    less = {name: value for name, value in given.items() if name != "BILETPRO_TOKEN_KEYS"}
    assert_one_line(run(tmp_path, ["serve", "auth"], less), "BILETPRO_TOKEN_KEYS")


@pytest.mark.parametrize(
    "weak",
    [{"BILETPRO_RPC_SECRET": "short"}, {"BILETPRO_TICKET_KEYS": ""}],
    ids=["short secret", "one key for two uses"],
)
def test_production_refuses_weak_secrets(given: dict[str, str], tmp_path: Path, weak: dict[str, str]) -> None:
    """A guessable service secret, or a key which opens two doors."""
    keys = {name: value or given["BILETPRO_TOKEN_KEYS"] for name, value in weak.items()}
    outcome = run(tmp_path, ["serve", "auth"], given | {"BILETPRO_PRODUCTION": "on"} | keys)
    assert_one_line(outcome, next(iter(weak)).removeprefix("BILETPRO"))


def test_migrating_again_changes_nothing(servers: EmbeddedUrls, database: str, tmp_path: Path) -> None:
    """And without a password for the logins it does not begin."""
    command = ["migrate", "--database-url", database_url(servers, database)]
    assert_one_line(run(tmp_path, command), "BILETPRO_DATABASE_PASSWORD")
    code, output, _ = run(tmp_path, command, {"BILETPRO_DATABASE_PASSWORD": PASSWORD})
    assert 0 == code
    assert "0 migrations applied" in output
