"""The rule blind-except."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.blind_except import BlindExcept


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", "try:\n    f()\nexcept Exception:\n    pass\n", 3),
        (SERVICE + "operations.py", "try:\n    f()\nexcept:\n    pass\n", 3),
        (
            SERVICE + "operations.py",
            "try:\n    f()\nexcept (ValueError, BaseException) as e:\n    raise X from e\n",
            3,
        ),
        (SERVICE + "operations.py", "import contextlib\nwith contextlib.suppress(Exception):\n    f()\n", 2),
    ],
)
def test_blind_except_is_caught(path: str, text: str, line: int) -> None:
    """Catching everything is found, in all its spellings."""
    assert [line] == broken(BlindExcept(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE + "operations.py", "try:\n    f()\nexcept ValueError:\n    pass\n"),
        (SERVICE + "operations.py", "try:\n    f()\nexcept BaseException:\n    g()\n    raise\n"),
    ],
)
def test_blind_except_lets_the_rest_pass(path: str, text: str) -> None:
    """A named error may be caught, and anything may be caught that is raised again."""
    assert [] == broken(BlindExcept(), path, text)
