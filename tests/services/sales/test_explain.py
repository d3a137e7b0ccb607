"""With a million orders the named indexes are used and months that cannot matter are not looked at."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from biletpro.kernel.clock import utc_now
from biletpro.kernel.ids import id_floor, new_id
from tests.world import World

ORDERS = 1_000_000
MONTHS = 6
FIRMS = 100
EVENTS = 5_000
LOADED = """
INSERT INTO sales.orders (id, organization_id, event_id, hold_id, code, status, payment_status, created_at, buyer_name,
                          buyer_email, currency, places, total)
SELECT (lpad(to_hex(ms), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid,
       ('00000000-0000-7000-8000-' || lpad(to_hex(n % $3), 12, '0'))::uuid,
       ('00000000-0000-7000-9000-' || lpad(to_hex(n % $4), 12, '0'))::uuid,
       ('00000000-0000-7000-a000-' || lpad(to_hex(n), 12, '0'))::uuid, 'X' || n, 'confirmed',
       CASE WHEN n % 50 = 0 THEN 'unpaid' ELSE 'paid' END, to_timestamp(ms / 1000.0), 'Ad', 'e' || n || '@example.com',
       'TRY', 1, 100
  FROM (SELECT n, $1::bigint + (n * ($2::bigint - $1::bigint)) / $5 AS ms
          FROM generate_series(0, $5 - 1) AS n) AS spread
"""


def month_start(back: int) -> datetime:
    now = utc_now()
    months = now.year * 12 + now.month - 1 - back
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
async def archive(world: World) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A million orders over the last six months, of a hundred firms and five thousand events."""
    connection = await asyncpg.connect(world.admin_url, command_timeout=110)
    for back in range(MONTHS, -1, -1):
        await connection.execute("SELECT sales.make_month('orders', $1)", month_start(back).date())
    first, last = month_start(MONTHS), utc_now()
    await connection.execute(
        LOADED, int(first.timestamp() * 1000), int(last.timestamp() * 1000), FIRMS, EVENTS, ORDERS
    )
    await connection.execute("ANALYZE sales.orders")
    yield connection
    await connection.close()


async def plan(connection: "asyncpg.Connection[asyncpg.Record]", statement: str, *values: object) -> str:
    rows = await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", *values)
    return "\n".join(row[0] for row in rows)


def months_scanned(text: str, node: str = "") -> set[str]:
    """The months that a plan opens, by nodes whose name begins with *node*."""
    return set(re.findall(rf"{node}.* on (orders_y\d{{4}}m\d\d)", text))


def filled_months() -> set[str]:
    return {f"orders_y{month_start(back):%Y}m{month_start(back):%m}" for back in range(MONTHS + 1)}


async def test_a_firms_newest_orders_come_from_its_index(
    archive: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """A page of fifty reads fifty-odd rows, not the firm's ten thousand."""
    firm = UUID("00000000-0000-7000-8000-000000000007")
    text = await plan(
        archive,
        "SELECT id, code FROM sales.orders WHERE organization_id = $1 ORDER BY id DESC LIMIT 50",
        firm,
    )

    assert "organization_id_id_idx" in text
    assert set() == months_scanned(text, "Seq Scan") & filled_months()


async def test_an_events_unpaid_orders_come_from_their_index(
    archive: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    """Event and payment status together."""
    event = UUID("00000000-0000-7000-9000-000000000032")
    text = await plan(
        archive,
        """SELECT id FROM sales.orders WHERE event_id = $1 AND payment_status = 'unpaid'
            ORDER BY id DESC LIMIT 50""",
        event,
    )

    assert "event_id_payment_status_id_idx" in text
    assert set() == months_scanned(text, "Seq Scan") & filled_months()


async def test_bounds_on_the_id_prune_months(archive: "asyncpg.Connection[asyncpg.Record]") -> None:
    """A time range is asked through ids: one month is looked at, the others are not even opened."""
    start = month_start(3)
    text = await plan(
        archive,
        "SELECT count(*) FROM sales.orders WHERE id >= $1 AND id < $2",
        id_floor(start),
        id_floor(start + timedelta(days=20)),
    )

    assert {f"orders_y{start:%Y}m{start:%m}"} == months_scanned(text)


async def test_one_order_is_found_in_its_own_month(archive: "asyncpg.Connection[asyncpg.Record]") -> None:
    """By id: one partition, by its key."""
    text = await plan(archive, "SELECT status FROM sales.orders WHERE id = $1", new_id())

    assert 1 == text.count("Index Scan")
    assert "Seq Scan" not in text
