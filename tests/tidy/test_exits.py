"""Rules may be broken, in sight."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.printing import Printing

OPERATIONS = SERVICE + "operations.py"
ALLOW = "# tidy: allow print"


@pytest.mark.parametrize(
    "text",
    [
        f"print(1)  {ALLOW} - the only console here\n",
        f"{ALLOW} - the only console here\nprint(1)\n",
        f"call(\n    print(1),\n    2,\n)  {ALLOW} - the only console here\n",
    ],
)
def test_a_reasoned_exit_is_taken(text: str) -> None:
    """On the line, on the one above, or anywhere in the statement."""
    assert [] == broken(Printing(), OPERATIONS, text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"print(1)  {ALLOW}\n", [1]),
        (f"x = 1  {ALLOW} - nothing is printed\n", [1]),
        (f"print(1)\n\n{ALLOW} - too far away\nx = 1\n", [1, 3]),
        (f"if x:  {ALLOW} - the head is not the body\n    print(1)\n", [1, 2]),
        (f'TEXT = "{ALLOW} - text is no comment"; print(1)\n', [1]),
    ],
)
def test_a_bad_exit_is_a_violation(text: str, lines: list[int]) -> None:
    """Without a reason, without anything to allow, or in the wrong place."""
    assert lines == broken(Printing(), OPERATIONS, text)
