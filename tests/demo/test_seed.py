"""The demo: believable, whole, put in by the rules, and put in once."""

from collections import Counter
from typing import Any

from biletpro.demo.people import FIRMS, MARTI, PERDE
from biletpro.demo.programme import CONCERT, GALA, MARTI_SHOWS, PERDE_SHOWS, PLAY
from biletpro.demo.seed import Demo, seed
from biletpro.services.organization.domain import is_vkn
from tests.world import World

SHOWS = [*MARTI_SHOWS, *PERDE_SHOWS]
# Whatever seeding writes to: tables of the four services with the number of their rows.
COUNTED = (
    "auth.users",
    "organization.organizations",
    "organization.members",
    "organization.outbox",
    "event.events",
    "event.categories",
    "event.places",
    "event.outbox",
    "sales.orders",
)


async def seeded(world: World) -> Demo:
    demo = await seed(world.assembly, lambda _done, _total: None)
    assert demo is not None
    return demo


async def rows(world: World) -> dict[str, int]:
    return {table: (await world.sql(f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in COUNTED}


async def public(world: World, path: str) -> dict[str, Any]:
    answer = await world.client.get(f"/api/v1/events/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_tax_ids_have_right_check_digits() -> None:
    """As the revenue administration computes them."""
    for firm in FIRMS:
        assert is_vkn([int(digit) for digit in firm.tax_id])


def test_titles_are_the_keys_of_the_demo() -> None:
    """Seeding finds what is there by title; 33 events, two of them drafts and two paused."""
    assert 33 == len({show.title for show in SHOWS})
    assert Counter(published=29, paused=2, draft=2) == Counter(show.state for show in SHOWS)


async def test_seeding_again_changes_nothing(world: World) -> None:
    """Not a row, and not an event for the others."""
    first = await seeded(world)
    before = await rows(world)
    assert (7, 2, 6, 33) == (
        before["auth.users"],
        before["organization.organizations"],
        before["organization.members"],
        before["event.events"],
    )
    assert first == await seeded(world)
    assert before == await rows(world)


async def test_the_concert_has_two_thousand_places(world: World) -> None:
    """Less what the first buyers took."""
    concert = (await seeded(world)).sights[0]
    assert CONCERT.title == (await public(world, concert.slug))["title"]
    available = (await public(world, f"{concert.id}/availability"))["categories"]
    (sold,) = await world.sql(
        "SELECT sum(sold)::int AS n FROM sales.stock WHERE category_id = ANY($1)",
        list(concert.categories.values()),
    )
    assert sold["n"] > 0
    assert 2_000 == sum(category["available"] for category in available) + sold["n"]


async def test_the_theatre_has_four_hundred_numbered_seats(world: World) -> None:
    """In two sections, rows of twenty, three price zones; the first buyers sit on the balcony."""
    play = (await seeded(world)).sights[1]
    layout = await public(world, f"{play.slug}/layout")
    rows_of_seats = [row["seats"] for section in layout["sections"] for row in section["rows"]]
    assert {20} == {len(row) for row in rows_of_seats}
    zones = Counter(seat["category_id"] for row in rows_of_seats for seat in row)
    assert {"Ön Parter": 100, "Parter": 140, "Balkon": 160} == {
        name: zones[str(id_)] for name, id_ in play.categories.items()
    }
    states = (await public(world, f"{play.id}/availability"))["states"]
    assert 400 == len(states)
    assert 240 == states[:240].count("f")
    assert 0 < states[240:].count("s")
    assert PLAY.title == play.title


async def test_the_gala_has_forty_tables_of_eight_to_twelve(world: World) -> None:
    """Some sold whole, some by the guest."""
    gala = (await seeded(world)).sights[2]
    tables = (await public(world, f"{gala.slug}/layout"))["tables"]
    assert 40 == len(tables)
    assert {(8, 12)} == {(table["guests_min"], table["guests_max"]) for table in tables}
    categories = (await public(world, gala.slug))["categories"]
    assert {False, True} == {category["per_person"] for category in categories}
    assert GALA.title == gala.title


async def test_everybody_works_where_the_demo_says(world: World) -> None:
    """A box office and a door person in each firm, with the rights of their roles."""
    await seeded(world)
    found = await world.sql(
        "SELECT o.name, m.email, m.role FROM organization.members m "
        "JOIN organization.organizations o ON o.id = m.organization_id WHERE m.role <> 'owner'"
    )
    wanted = {
        (firm.name, colleague.person.email, colleague.role)
        for firm in (MARTI, PERDE)
        for colleague in firm.colleagues
    }
    assert wanted == {(row["name"], row["email"], row["role"]) for row in found}
