"""The rule no-machine-words."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.no_machine_words import NoMachineWords


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", 'P = "/work/main"\n', 1),
        ("README.md", "first\nsee /root/x\n", 2),
        ("requirements/runtime.txt", "--index-url https://pypi.org/simple\n", 1),
    ],
)
def test_no_machine_words_is_caught(path: str, text: str, line: int) -> None:
    """Paths of one machine and addresses of one registry are found in any file."""
    assert [line] == broken(NoMachineWords(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE + "operations.py", 'P = "docs/work/x"\n'),
        ("README.md", "https://docs.example.org/root/x and ~/work\n"),
    ],
)
def test_no_machine_words_lets_the_rest_pass(path: str, text: str) -> None:
    """Addresses of our own that only look like such paths pass."""
    assert [] == broken(NoMachineWords(), path, text)
