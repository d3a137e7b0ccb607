"""The assembled system as the tests of events use it: one firm a module, and the public."""

from typing import Any, cast

import httpx
import pytest

from biletpro.contracts.event import Events
from tests.services.event.stage import Firm, new_firm


@pytest.fixture(scope="module")
def client(system: Any) -> httpx.AsyncClient:
    """Somebody from the public."""
    return cast(httpx.AsyncClient, system.client)


@pytest.fixture(scope="module")
async def firm(client: httpx.AsyncClient) -> Firm:
    return await new_firm(client)


@pytest.fixture(scope="module")
def events(system: Any) -> Events:
    """The contract, as other services call it."""
    return cast(Events, system.assembly.offers["event"])
