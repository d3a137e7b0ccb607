"""The rule environment."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.environment import Environment


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", 'import os\nx = os.environ["HOME"]\n', 2),
        (SERVICE + "operations.py", 'import os\nx = os.getenv("HOME")\n', 2),
        (SERVICE + "operations.py", "from os import environ\n", 1),
    ],
)
def test_environment_is_caught(path: str, text: str, line: int) -> None:
    """Reading the environment elsewhere is found, however it is written."""
    assert [line] == broken(Environment(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/biletpro/adapters/environment.py", "import os\nx = os.environ\n"),
        (SERVICE + "operations.py", "import os\nx = os.urandom(8)\n"),
    ],
)
def test_environment_lets_the_rest_pass(path: str, text: str) -> None:
    """The one module that reads settings is free to, and the rest of `os` is free to all."""
    assert [] == broken(Environment(), path, text)
