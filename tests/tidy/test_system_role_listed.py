"""The rule system-role-listed."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.system_role_listed import LIST, SystemRoleListed

OPERATIONS = SERVICE + "operations.py"
LISTING = "# The system role\n\n| `selling` | sales | batches serve many firms |\n"


@pytest.mark.parametrize(
    "call", ['database.system("looking around")', "database.system(reason)", "self._database.system()"]
)
def test_an_unlisted_use_is_caught(call: str) -> None:
    """A reason that is not in the list, or no literal, is found where it is used."""
    assert [2] == broken(SystemRoleListed(), OPERATIONS, f"x = 1\n{call}\n", {LIST: LISTING})


def test_a_listed_reason_that_nobody_uses_is_caught() -> None:
    """The list does not outlive the code."""
    assert [3] == broken(SystemRoleListed(), LIST, LISTING, {OPERATIONS: "x = 1\n"})


@pytest.mark.parametrize("text", ["platform.system()\n", ""])
def test_a_listed_use_passes(text: str) -> None:
    """The literal reason stands in the list; other functions of that name are not meant."""
    papers = {LIST: LISTING, SERVICE + "reactions.py": 'database.system("selling")\n'}
    assert [] == broken(SystemRoleListed(), OPERATIONS, text, papers)
