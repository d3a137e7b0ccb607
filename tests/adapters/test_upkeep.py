"""By the clock, every schema forgets old answers and has the coming months' partitions."""

from datetime import timedelta

from biletpro.adapters import upkeep
from biletpro.assembly import NAMES
from biletpro.kernel.clock import utc_now
from tests.world import World


async def test_coming_months_are_made_once(world: World) -> None:
    """A round in a later month makes its partitions; a second round finds them."""
    later = utc_now() + timedelta(days=200)
    databases = [world.assembly.database(name) for name in NAMES]
    for _ in range(2):
        for database in databases:
            await upkeep.tidy(database, lambda: later)

    for name in NAMES:
        found = await world.sql(
            "SELECT to_regclass($1) IS NOT NULL AS there", f"{name}.outbox_y{later:%Y}m{later:%m}"
        )
        assert found[0]["there"], name


async def test_answers_are_kept_for_48_hours_and_then_forgotten(world: World) -> None:
    """A repeat after that is a new act, as the API's document says."""
    for hours, name in ((47, b"young"), (49, b"old")):
        await world.sql(
            """INSERT INTO event.idempotency (name, body_hash, answer, created_at)
               VALUES ($1, '', '{}', now() - make_interval(hours => $2))""",
            name,
            hours,
        )
    await upkeep.tidy(world.assembly.database("event"), utc_now)
    left = await world.sql("SELECT name FROM event.idempotency WHERE name IN ('young', 'old')")

    assert [b"young"] == [row["name"] for row in left]
