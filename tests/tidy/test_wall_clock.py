"""The rule wall-clock."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.wall_clock import WallClock


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", "from datetime import UTC, datetime\nx = datetime.now(UTC)\n", 2),
        (SERVICE + "operations.py", "import datetime\nx = datetime.datetime.utcnow()\n", 2),
        (SERVICE + "operations.py", "import time\nx = time.time()\n", 2),
        (SERVICE + "operations.py", "from time import time\n", 1),
        (SERVICE + "operations.py", "from datetime import date\nx = date.today()\n", 2),
    ],
)
def test_wall_clock_is_caught(path: str, text: str, line: int) -> None:
    """Asking for the time of day elsewhere is found."""
    assert [line] == broken(WallClock(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/biletpro/kernel/clock.py", "from datetime import UTC, datetime\nx = datetime.now(UTC)\n"),
        (SERVICE + "operations.py", "import time\nx = time.monotonic() - time.perf_counter()\n"),
    ],
)
def test_wall_clock_lets_the_rest_pass(path: str, text: str) -> None:
    """The clock itself may ask, and measuring a span is not asking for the time of day."""
    assert [] == broken(WallClock(), path, text)
