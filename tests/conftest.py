"""The servers of the run, a migrated database to copy, and the whole system on a copy of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from biletpro.embedded.servers import EmbeddedUrls
from tests.servers import start_embedded_for_tests
from tests.world import World, migrated_template, opened_world


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs the real servers is left out by `make unit`."""
    for item in items:
        if "servers" in getattr(item, "fixturenames", ()):
            item.add_marker("servers")


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedUrls]:
    """One PostgreSQL and one Valkey for the run."""
    with start_embedded_for_tests() as urls:
        yield urls


@pytest.fixture(scope="session")
async def template(servers: EmbeddedUrls) -> str:
    """The name of a database with every migration applied; tests copy it."""
    return await migrated_template(servers)


@pytest.fixture(scope="module")
async def world(
    servers: EmbeddedUrls, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """All seven services in this process on a database of the module's own, spoken to over HTTP."""
    folder: Path = tmp_path_factory.mktemp("world")
    async with opened_world(servers, template, folder) as opened:
        yield opened


@pytest.fixture(scope="module")
async def live_world(
    servers: EmbeddedUrls, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The same on real sockets, with the pretend bank on its own."""
    async with opened_world(servers, template, tmp_path_factory.mktemp("world"), live=True) as opened:
        yield opened
