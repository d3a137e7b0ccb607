"""The rule select-star."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.select_star import SelectStar


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "store.py", 'Q = "SELECT * FROM sales.orders"\n', 1),
        (SERVICE + "store.py", 'Q = """SELECT o.id\n  FROM (SELECT o.* FROM sales.orders o) o"""\n', 2),
        (
            SERVICE + "migrations/0001_orders.sql",
            "SELECT 1;\nINSERT INTO sales.x (a) SELECT 1 RETURNING *;\n",
            2,
        ),
    ],
)
def test_select_star_is_caught(path: str, text: str, line: int) -> None:
    """A statement that does not name its columns is found, also inside a longer text and in SQL files."""
    assert [line] == broken(SelectStar(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE + "store.py", 'Q = "SELECT count(*) FROM sales.orders"\n'),
        (SERVICE + "store.py", 'def f() -> None:\n    """Never SELECT * here."""\n'),
        (SERVICE + "migrations/0001_orders.sql", "-- no SELECT * anywhere\n"),
    ],
)
def test_select_star_lets_the_rest_pass(path: str, text: str) -> None:
    """Counting rows, docstrings and SQL comments name no columns and need none."""
    assert [] == broken(SelectStar(), path, text)
