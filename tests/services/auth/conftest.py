"""The parts of the assembled system that these tests speak to."""

from typing import cast

import httpx
import pytest

from biletpro.adapters.postgres import Database
from biletpro.contracts.organization import Organizations
from biletpro.services.auth.operations import AuthOperations
from tests.services.auth.people import Person, owner, signed_in
from tests.world import World


@pytest.fixture(scope="module")
def client(world: World) -> httpx.AsyncClient:
    return world.client


@pytest.fixture(scope="module")
def database(world: World) -> Database:
    """Auth's own door to its schema, to look where the public must not."""
    return world.assembly.database("auth")


@pytest.fixture(scope="module")
def auth(world: World) -> AuthOperations:
    """The contract, as other services call it, and the tidying by the clock."""
    return cast(AuthOperations, world.assembly.offers["auth"])


@pytest.fixture(scope="module")
def organizations(world: World) -> Organizations:
    return cast(Organizations, world.assembly.offers["organization"])


@pytest.fixture(scope="module")
async def someone(client: httpx.AsyncClient) -> Person:
    """Signed in; for tests that leave the account as they found it."""
    return await signed_in(client)


@pytest.fixture(scope="module")
async def firm(client: httpx.AsyncClient) -> tuple[Person, str]:
    """An owner and the firm's id; for tests that leave the firm as they found it."""
    return await owner(client)
