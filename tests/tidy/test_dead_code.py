"""The rule dead-code."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.dead_code import DeadCode

DOMAIN = SERVICE + "domain.py"


@pytest.mark.parametrize(
    "text", ["def forgotten() -> None: ...\n", "FORGOTTEN = 1\n", "@dataclass\nclass Forgotten: ...\n"]
)
def test_a_name_nobody_uses_is_caught(text: str) -> None:
    """Functions, classes and constants of a module are all judged."""
    assert [text.count("\n")] == broken(DeadCode(), DOMAIN, text)


def test_a_name_used_elsewhere_passes() -> None:
    """Another module, a test or the bench may be the user."""
    users = {"tests/sales/test_domain.py": "from x import folded\n"}
    assert [] == broken(DeadCode(), DOMAIN, "def folded() -> None: ...\n", users)


def test_a_registered_function_passes() -> None:
    """A decorator that registers has put the function to use."""
    assert [] == broken(DeadCode(), DOMAIN, '@app.command("seed")\ndef seed_command() -> None: ...\n')
