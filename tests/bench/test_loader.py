"""Copies of an order keep every rule that the order kept."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from biletpro.bench import checks
from biletpro.bench.loader import Amount, load
from biletpro.bench.stage import Stage
from biletpro.bench.system import Admin
from tests.world import World

AMOUNT = Amount(orders=1_000, events=20, orders_per_chunk=500)


@pytest.fixture(scope="module")
async def admin(world: World) -> AsyncIterator[Admin]:
    connection = await asyncpg.connect(world.admin_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def loaded(world: World, admin: Admin) -> list[int]:
    """What was said of the progress of a small load."""
    said: list[int] = []
    stage = await Stage.opened(world.client)
    await load(admin, await stage.bought(), AMOUNT, said.append)
    return said


async def wrong(admin: Admin) -> list[str]:
    return [finding.what for finding in await checks.violations(admin) if not finding.right]


async def test_a_loaded_database_keeps_the_invariants(loaded: list[int], admin: Admin) -> None:
    """Stock equals claims, tickets equal places sold, the ledger balances; and all of it is there."""
    assert [500, 1_000] == loaded
    assert [] == await wrong(admin)
    written = await checks.written(admin)
    assert (1_001, 1_001, 1_001, 1_001) == (
        written.holds,
        written.orders,
        written.payments,
        written.paid_orders,
    )


@pytest.mark.usefixtures("loaded")
async def test_families_fill_the_months(admin: Admin) -> None:
    """Half a year of partitions, none in the default one, and a family in one month."""
    months = await admin.fetch(
        """SELECT o.tableoid::regclass::text AS month, count(*) AS orders FROM sales.orders o GROUP BY 1"""
    )
    assert 6 <= len(months)
    assert "sales.orders_default" not in {row["month"] for row in months}
    astray = await admin.fetchval(
        """SELECT count(*) FROM sales.orders o LEFT JOIN sales.tickets t ON t.order_id = o.id
            WHERE replace(o.tableoid::regclass::text, 'orders', '')
                  IS DISTINCT FROM replace(t.tableoid::regclass::text, 'tickets', '')"""
    )
    assert 0 == astray


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (
            "UPDATE sales.stock SET sold = sold - 1 WHERE sold = 50",
            "categories whose stock differs from their claims",
        ),
        ("DELETE FROM sales.tickets", "paid orders without exactly their tickets"),
        ("DELETE FROM sales.ledger_lines WHERE amount < 0", "ledger entries that do not balance"),
    ],
)
async def test_checks_find_damage(admin: Admin, damage: str, found: str) -> None:
    """A check that never fails proves nothing."""
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute(damage)
    assert found in await wrong(admin)
    await transaction.rollback()
