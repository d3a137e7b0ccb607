"""The rule function-too-long."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.function_too_long import LINES_MAX, FunctionTooLong


def function(lines: int) -> str:
    return "import x\n\n" + "async def sell() -> None:\n" + "    x = 1\n" * (lines - 1)


def test_a_function_of_one_line_more_is_caught() -> None:
    """The finding stands at the function's first line."""
    assert [3] == broken(FunctionTooLong(), SERVICE + "operations.py", function(LINES_MAX + 1))


@pytest.mark.parametrize("lines", [2, LINES_MAX])
def test_a_function_up_to_the_limit_passes(lines: int) -> None:
    """Seventy lines are allowed, seventy-one are not."""
    assert [] == broken(FunctionTooLong(), SERVICE + "operations.py", function(lines))
