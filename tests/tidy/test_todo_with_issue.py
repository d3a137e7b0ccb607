"""The rule todo-with-issue."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.todo_with_issue import TodoWithIssue


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", "x = 1  # TODO later\n", 1),
        (SERVICE + "operations.py", "# FIXME\n", 1),
        ("docs/x.md", "text\nTODO(#)\n", 2),
    ],
)
def test_todo_with_issue_is_caught(path: str, text: str, line: int) -> None:
    """Work that is left without an issue is found."""
    assert [line] == broken(TodoWithIssue(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE + "operations.py", "x = 1  # TODO(#12) when the relay is there\n"),
        ("docs/x.md", "todo lists are fine\n"),
    ],
)
def test_todo_with_issue_lets_the_rest_pass(path: str, text: str) -> None:
    """Work that an issue owns may be named."""
    assert [] == broken(TodoWithIssue(), path, text)
