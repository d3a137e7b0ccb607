"""Lists stay quick however many events there are: they are read by index, in order."""

from datetime import UTC, datetime
from typing import Any

import pytest

from biletpro.services.event.store.catalogue import PAGE
from biletpro.services.event.store.events import PAGE_OF_FIRM
from tests.world import World

FIRMS, EVENTS = 50, 5_000
FIRM = "00000000-0000-7000-8000-000000000001"
PLANTED = f"""
    INSERT INTO event.events (
        id, organization_id, slug, status, version, layout_version, title, description, venue_name, city,
        starts_at, over_at, timezone, currency, max_per_order, hold_minutes, tax_rate_bp, fee_rate_bp,
        search_text, city_text, published_at, created_at)
    SELECT uuidv7(), ('00000000-0000-7000-8000-' || lpad((n % {FIRMS})::text, 12, '0'))::uuid,
           'planted-' || n,
           CASE WHEN n % 10 = 0 THEN 'published' ELSE 'completed' END, 1, 0, 'Konser', '', 'Salon', 'Bursa',
           '2030-01-01'::timestamptz + n * interval '1 hour',
           '2031-01-01'::timestamptz + n * interval '1 hour',
           'Europe/Istanbul', 'TRY', 10, 10, 2000, 0, 'konser', 'bursa', now(), now()
      FROM generate_series(1, {EVENTS}) AS n"""


@pytest.fixture(scope="module")
async def planted(world: World) -> World:
    """Fifty firms' five thousand events, most of them over."""
    await world.sql(PLANTED)
    await world.sql("ANALYZE event.events")
    return world


async def plan_of(world: World, role: str, statement: str, *values: Any) -> str:
    """How PostgreSQL would run it, known values or not: as the statement is prepared, so it is asked here."""
    async with getattr(world.assembly.database("event"), role)(*_door(role)) as connection:
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        rows = await connection.fetch(f"EXPLAIN {statement}", *values)
    return "\n".join(row[0] for row in rows)


def _door(role: str) -> tuple[str]:
    return (FIRM,) if role == "tenant" else ("serving the public catalogue",)


async def test_a_firms_events_come_by_firm_and_date_descending(planted: World) -> None:
    """No sort, no scan of other firms' events."""
    plan = await plan_of(planted, "tenant", PAGE_OF_FIRM, FIRM, None, None, 51)
    assert "events_of_firm" in plan
    assert "Sort" not in plan


async def test_the_catalogue_reads_only_what_can_be_visited(planted: World) -> None:
    """By date, from a partial index without the thousands that are over."""
    now = datetime(2029, 1, 1, tzinfo=UTC)
    plan = await plan_of(planted, "system", PAGE, now, "", None, None, None, None, None, 25)
    assert "events_in_catalogue" in plan
    assert "Sort" not in plan
