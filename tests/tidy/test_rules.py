"""What is true of all rules."""

from pathlib import Path

import tidy.rules
from tidy.rules import RULES


def test_every_rule_has_its_own_test() -> None:
    """One file a rule, one test a rule, of the same name."""
    rules = {path.stem for path in Path(tidy.rules.__file__).parent.glob("[a-z]*.py")}
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert rules == tests - {"exits", "rules"}
    assert len(rules) == len(RULES)


def test_every_rule_gives_its_reason() -> None:
    """Codes are unique; a rule that cannot say why is not kept."""
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.why for rule in RULES)
