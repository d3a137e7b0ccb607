"""The rule foreign-table."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.foreign_table import ForeignTable


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "store.py", 'Q = "SELECT id FROM auth.users"\n', 1),
        (
            SERVICE + "store.py",
            'Q = """SELECT o.id\n FROM sales.orders o JOIN event.events e ON true"""\n',
            2,
        ),
        (
            SERVICE + "migrations/0001_orders.sql",
            "CREATE TABLE sales.x (\n  a uuid REFERENCES organization.organizations (id)\n);\n",
            2,
        ),
        (SERVICE + "store.py", 'Q = "SELECT event.clock()"\n', 1),
    ],
)
def test_foreign_table_is_caught(path: str, text: str, line: int) -> None:
    """A table or function of another service's schema is found in stores and migrations."""
    assert [line] == broken(ForeignTable(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE + "store.py", 'Q = "SELECT id FROM sales.orders WHERE sales.clock() > at"\n'),
        (
            SERVICE + "store.py",
            'Q = "SELECT event.title FROM sales.events event JOIN sales.y y ON event.id = y.id"\n',
        ),
        (SERVICE + "operations.py", 'Q = "SELECT id FROM auth.users"\n'),
    ],
)
def test_foreign_table_lets_the_rest_pass(path: str, text: str) -> None:
    """Its own schema is free, an alias called like a service is no schema, and outside stores nothing is judged."""
    assert [] == broken(ForeignTable(), path, text)
