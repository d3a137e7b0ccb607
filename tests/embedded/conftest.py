"""The folder that the servers of a test live in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.toolbox import kill_whatever_runs_in


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty place; what a failed test leaves running in it is ended."""
    place = tmp_path / "embedded"
    yield place
    kill_whatever_runs_in(place)
