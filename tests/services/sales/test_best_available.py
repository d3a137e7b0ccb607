"""Best available against a plain model of the same rule."""

from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import World

ROWS, SEATS = 3, 8


def model(free: list[list[bool]], wanted: int) -> tuple[int, int] | None:
    """(row, first seat) of the best window: no orphan, then the front row, then the middle, then the left."""
    best: tuple[bool, int, float, int] | None = None
    for row, seats in enumerate(free):
        for first in range(SEATS - wanted + 1):
            if not all(seats[first : first + wanted]):
                continue
            left = first
            while left > 0 and seats[left - 1]:
                left -= 1
            right = first + wanted
            while right < SEATS and seats[right]:
                right += 1
            orphan = first - left == 1 or right - first - wanted == 1
            distance = abs(first + (wanted - 1) / 2 - (SEATS - 1) / 2)
            candidate = (orphan, row, distance, first)
            best = candidate if best is None else min(best, candidate)
    return None if best is None else (best[1], best[3])


async def chosen(connection: "asyncpg.Connection[asyncpg.Record]", category: str, wanted: int) -> Any:
    rows = await connection.fetch(
        """SELECT row_rank, seat_rank FROM sales.places
            WHERE id = ANY (sales.best_places_v1($1, $2)) ORDER BY row_rank, seat_rank""",
        category,
        wanted,
    )
    return [(row["row_rank"], row["seat_rank"]) for row in rows]


async def test_the_function_agrees_with_the_model(world: World) -> None:
    """For whatever seats are free and however many are wanted."""
    sale = await world.seated(ROWS, seats_in_row=SEATS)
    category = sale.categories["Salon"]["id"]
    connection = await asyncpg.connect(world.admin_url)
    grids = st.lists(st.lists(st.booleans(), min_size=SEATS, max_size=SEATS), min_size=ROWS, max_size=ROWS)
    examples: list[tuple[list[list[bool]], int]] = []

    @settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
    @given(free=grids, wanted=st.integers(1, 5))
    def collect(free: list[list[bool]], wanted: int) -> None:
        examples.append((free, wanted))

    collect()
    for free, wanted in examples:
        closed = [(row, seat) for row in range(ROWS) for seat in range(SEATS) if not free[row][seat]]
        await connection.execute(
            """UPDATE sales.places p SET open = NOT EXISTS (
                   SELECT FROM unnest($2::integer[], $3::integer[]) AS c (r, s)
                    WHERE c.r = p.row_rank AND c.s = p.seat_rank) WHERE p.category_id = $1""",
            category,
            [row for row, _ in closed],
            [seat for _, seat in closed],
        )
        found = await chosen(connection, category, wanted)
        best = model(free, wanted)
        expected = [] if best is None else [(best[0], best[1] + n) for n in range(wanted)]
        assert expected == found, (free, wanted)
    await connection.close()
