"""One stage for each module: a world with one of everything."""

import pytest

from tests.api.stage import Stage, set_stage
from tests.world import World


@pytest.fixture(scope="module")
async def stage(world: World) -> Stage:
    """See tests/api/stage.py."""
    return await set_stage(world)
