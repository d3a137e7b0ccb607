"""The rule restating-docstring."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.restating_docstring import RestatingDocstring


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", 'def get_tag(id: int) -> Tag:\n    """Gets a tag by its id."""\n', 2),
        (SERVICE + "operations.py", 'class OrderCode:\n    """The order code."""\n', 2),
        (SERVICE + "operations.py", 'async def expire_holds() -> None:\n    """Expires the holds."""\n', 2),
    ],
)
def test_restating_docstring_is_caught(path: str, text: str, line: int) -> None:
    """A docstring made of the words of the name and its arguments is found."""
    assert [line] == broken(RestatingDocstring(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            SERVICE + "operations.py",
            'def get_tag(id: int) -> Tag:\n    """The tag, deleted ones included."""\n',
        ),
        (SERVICE + "operations.py", "def get_tag(id: int) -> Tag: ...\n"),
        (
            SERVICE + "operations.py",
            'def get_tag(id: int) -> Tag:\n    """Gets a tag.\n\n    By its id.\n    """\n',
        ),
    ],
)
def test_restating_docstring_lets_the_rest_pass(path: str, text: str) -> None:
    """A docstring that adds a fact stays, and no docstring is none too few."""
    assert [] == broken(RestatingDocstring(), path, text)
