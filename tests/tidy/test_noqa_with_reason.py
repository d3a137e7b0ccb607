"""The rule noqa-with-reason."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.noqa_with_reason import NoqaWithReason


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "operations.py", "x = 1  # noqa: S105\n", 1),
        (SERVICE + "operations.py", "x = 1  # type: ignore[misc]\n", 1),
        (SERVICE + "operations.py", "x = 1  # type: ignore[misc]  # noqa: S105\n", 1),
    ],
)
def test_noqa_with_reason_is_caught(path: str, text: str, line: int) -> None:
    """An exemption that does not say why is found."""
    assert [line] == broken(NoqaWithReason(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE + "operations.py", "x = 1  # noqa: S105 - made up\n"),
        (SERVICE + "operations.py", "x = 1  # type: ignore[misc]  # the library lies\n"),
        (SERVICE + "operations.py", "x = 1  # type: ignore[misc]  # noqa: S105 - both at once\n"),
    ],
)
def test_noqa_with_reason_lets_the_rest_pass(path: str, text: str) -> None:
    """One that says why passes."""
    assert [] == broken(NoqaWithReason(), path, text)
