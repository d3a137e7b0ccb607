"""The rule create-task."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.create_task import CreateTask


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", "import asyncio\nx = asyncio.create_task(f())\n", 2),
        (SERVICE + "operations.py", "import asyncio\nx = asyncio.ensure_future(f())\n", 2),
        (SERVICE + "operations.py", "x = loop.create_task(f())\n", 1),
        (SERVICE + "operations.py", "from asyncio import create_task\n", 1),
    ],
)
def test_create_task_is_caught(path: str, text: str, line: int) -> None:
    """A task started anywhere else is found."""
    assert [line] == broken(CreateTask(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/biletpro/adapters/tasks.py", "import asyncio\nx = asyncio.create_task(f())\n"),
        (SERVICE + "operations.py", "async def f(group) -> None:\n    group.create_task(g())\n"),
    ],
)
def test_create_task_lets_the_rest_pass(path: str, text: str) -> None:
    """The module that holds tasks may start them, and a TaskGroup waits for its own."""
    assert [] == broken(CreateTask(), path, text)
