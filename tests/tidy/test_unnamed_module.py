"""The rule unnamed-module."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.unnamed_module import UnnamedModule


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "utils.py", "", 1),
        (SERVICE + "order_helpers.py", "", 1),
        ("src/biletpro/common/money.py", "", 1),
        (SERVICE + "operations.py", "class HoldManager:\n    pass\n", 1),
    ],
)
def test_unnamed_module_is_caught(path: str, text: str, line: int) -> None:
    """Modules, folders and classes named after nothing are found."""
    assert [line] == broken(UnnamedModule(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE + "commons_hall.py", ""),
        (SERVICE + "operations.py", "class Management:\n    pass\n"),
        (SERVICE + "operations.py", ""),
    ],
)
def test_unnamed_module_lets_the_rest_pass(path: str, text: str) -> None:
    """A name that holds one of these syllables by chance passes."""
    assert [] == broken(UnnamedModule(), path, text)
