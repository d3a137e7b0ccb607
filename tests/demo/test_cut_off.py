"""Seeding that was cut off is finished by the next one."""

import pytest

from biletpro.demo.programme import PERDE_SHOWS
from biletpro.demo.seed import seed
from tests.world import World


class CutOff(Exception):
    """What a killed process looks like from inside."""


async def test_a_seeding_that_was_cut_off_is_finished(world: World) -> None:
    """In the second firm; one event is taken back to what a kill in the midst of its making leaves."""

    def cut(done: int, _total: int) -> None:
        if done == 20:
            raise CutOff

    with pytest.raises(CutOff):
        await seed(world.assembly, cut)
    (half,) = await world.sql(
        """UPDATE event.events SET status = 'draft', published_at = NULL, layout_version = 0
            WHERE title = $1 RETURNING id""",
        PERDE_SHOWS[1].title,
    )
    await world.sql("DELETE FROM event.categories WHERE event_id = $1", half["id"])

    assert await seed(world.assembly, lambda _done, _total: None) is not None
    found = await world.client.get("/api/v1/events", params={"limit": 50})
    assert 31 == len(found.json()["items"])
