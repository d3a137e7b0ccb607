"""The demo and what is there already."""

from biletpro.demo.seed import seed
from tests.world import World


async def test_the_demo_is_never_put_beside_somebodys_firm(world: World) -> None:
    """Whoever has begun to work gets no strangers with a known password."""
    await world.owner()
    before = (await world.sql("SELECT count(*) AS n FROM auth.users"))[0]["n"]
    assert await seed(world.assembly, lambda _done, _total: None) is None
    assert before == (await world.sql("SELECT count(*) AS n FROM auth.users"))[0]["n"]
