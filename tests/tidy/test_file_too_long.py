"""The rule file-too-long."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.file_too_long import FileTooLong


@pytest.mark.parametrize(("name", "lines"), [("operations.py", 501), ("migrations/0001_orders.sql", 1001)])
def test_a_file_over_its_limit_is_caught(name: str, lines: int) -> None:
    """Five hundred lines for a module, a thousand for a migration."""
    assert [1] == broken(FileTooLong(), SERVICE + name, "\n" * lines)


@pytest.mark.parametrize(
    ("name", "lines"), [("operations.py", 500), ("migrations/0001_orders.sql", 1000), ("shape.json", 5000)]
)
def test_a_file_up_to_its_limit_passes(name: str, lines: int) -> None:
    """Only code and statements are limited."""
    assert [] == broken(FileTooLong(), SERVICE + name, "\n" * lines)
