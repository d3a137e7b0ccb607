"""The parts of the assembled system that these tests speak to."""

from typing import Any, cast

import httpx
import pytest

from biletpro.adapters.postgres import Database
from biletpro.contracts.auth import Auth


@pytest.fixture(scope="module")
def client(system: Any) -> httpx.AsyncClient:
    return cast(httpx.AsyncClient, system.client)


@pytest.fixture(scope="module")
def database(system: Any) -> Database:
    """Auth's own door to its schema, to look where the public must not."""
    return cast(Database, system.database("auth"))


@pytest.fixture(scope="module")
def auth(system: Any) -> Auth:
    """The contract, as other services call it."""
    return cast(Auth, system.assembly.offers["auth"])
