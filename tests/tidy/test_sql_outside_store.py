"""The rule sql-outside-store."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.sql_outside_store import SqlOutsideStore


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", 'Q = "SELECT id FROM sales.orders"\n', 1),
        (SERVICE + "operations.py", 'Q = f"UPDATE {schema}.orders SET x = 1"\n', 1),
        (
            SERVICE + "operations.py",
            'async def f(c, id):\n    await c.execute("delete from sales.holds where id = $1", id)\n',
            2,
        ),
        ("src/biletpro/assembly.py", 'Q = """\n  WITH due AS (SELECT 1)\n  SELECT 1"""\n', 1),
    ],
)
def test_sql_outside_store_is_caught(path: str, text: str, line: int) -> None:
    """A statement in any other module is found, f-strings and lower case included."""
    assert [line] == broken(SqlOutsideStore(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE + "store.py", 'Q = "SELECT id FROM sales.orders"\n'),
        ("src/biletpro/adapters/outbox.py", 'Q = "INSERT INTO x (a) VALUES (1)"\n'),
        ("src/biletpro/bench/loader.py", 'Q = "TRUNCATE sales.orders"\n'),
        (
            SERVICE + "operations.py",
            'T = "select a seat from the map"\nU = "Update your browser"\nV = "SELECT a place"\n',
        ),
    ],
)
def test_sql_outside_store_lets_the_rest_pass(path: str, text: str) -> None:
    """The store, the adapters that own a table, the bench and tests may speak SQL; prose may use its verbs."""
    assert [] == broken(SqlOutsideStore(), path, text)
