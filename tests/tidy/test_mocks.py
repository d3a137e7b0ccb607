"""The rule mocks."""

import pytest

from tests.tidy.planting import broken
from tidy.rules.mocks import Mocks


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("tests/sales/test_holds.py", "from unittest import mock\n", 1),
        ("tests/sales/test_holds.py", "from unittest.mock import Mock\n", 1),
        (
            "tests/sales/test_holds.py",
            'def test_x(monkeypatch) -> None:\n    monkeypatch.setattr(a, "b", 1)\n',
            2,
        ),
        ("tests/sales/test_holds.py", "def test_x(mocker) -> None: ...\n", 1),
    ],
)
def test_mocks_is_caught(path: str, text: str, line: int) -> None:
    """Every way to a mock is found."""
    assert [line] == broken(Mocks(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "tests/sales/test_holds.py",
            'def test_x(monkeypatch, tmp_path) -> None:\n    monkeypatch.setenv("A", "1")\n    monkeypatch.chdir(tmp_path)\n',
        ),
    ],
)
def test_mocks_lets_the_rest_pass(path: str, text: str) -> None:
    """A test may set variables of the environment and its working directory."""
    assert [] == broken(Mocks(), path, text)
