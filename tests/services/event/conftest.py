"""The assembled system as the tests of events use it: one firm a module, and the public."""

from typing import cast

import httpx
import pytest

from biletpro.contracts.event import Events
from tests.services.event.stage import Firm, new_firm
from tests.world import World


@pytest.fixture(scope="module")
def client(world: World) -> httpx.AsyncClient:
    """Somebody from the public."""
    return world.client


@pytest.fixture(scope="module")
async def firm(client: httpx.AsyncClient) -> Firm:
    return await new_firm(client)


@pytest.fixture(scope="module")
def events(world: World) -> Events:
    """The contract, as other services call it."""
    return cast(Events, world.assembly.offers["event"])
