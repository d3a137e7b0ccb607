"""The rule printing."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.printing import Printing


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", 'print("here")\n', 1),
        (SERVICE + "operations.py", "from pprint import pprint\npprint({})\n", 2),
    ],
)
def test_printing_is_caught(path: str, text: str, line: int) -> None:
    """A print left in the code is found."""
    assert [line] == broken(Printing(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE + "operations.py", 'console.print("ready")\n'),
        (SERVICE + "operations.py", 'T = "print(1)"\n'),
    ],
)
def test_printing_lets_the_rest_pass(path: str, text: str) -> None:
    """A console that prints is asked for by name."""
    assert [] == broken(Printing(), path, text)
