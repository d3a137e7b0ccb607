"""The rule dynamic-import."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.dynamic_import import DynamicImport


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", "import importlib\n", 1),
        (SERVICE + "operations.py", "from importlib import import_module\n", 1),
        (SERVICE + "operations.py", 'x = __import__("os")\n', 1),
        (SERVICE + "operations.py", "import runpy\n", 1),
    ],
)
def test_dynamic_import_is_caught(path: str, text: str, line: int) -> None:
    """Code that is loaded by name is found."""
    assert [line] == broken(DynamicImport(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/biletpro/embedded/binaries.py", "import importlib.metadata\n"),
        (SERVICE + "operations.py", "from importlib.resources import files\n"),
        (SERVICE + "operations.py", "import os\n"),
    ],
)
def test_dynamic_import_lets_the_rest_pass(path: str, text: str) -> None:
    """Reading an installed package's files or version loads no code."""
    assert [] == broken(DynamicImport(), path, text)
