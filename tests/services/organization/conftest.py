"""Organization alone behind its real HTTP edge, on a real database of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest

from biletpro.embedded.servers import EmbeddedUrls
from tests.servers import start_embedded_for_tests
from tests.services.organization.house import House, opened_house


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedUrls]:
    """One PostgreSQL for the run."""
    with start_embedded_for_tests() as urls:
        yield urls


@pytest.fixture(scope="module")
async def house(servers: EmbeddedUrls) -> AsyncIterator[House]:
    """A module's own database, with the service's application on it."""
    async with opened_house(servers.database_url) as opened:
        yield opened
