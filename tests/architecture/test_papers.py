"""Documents that people read to the end, and decisions that can be found and quoted."""

import re
from pathlib import Path

import pytest

from tests.architecture.project import ROOT, lines_of

LINES_BELOW = {"README.md": 200, "ARCHITECTURE.md": 120, "CONTRIBUTING.md": 80, "SECURITY.md": 80}
RECORD_LINES_BELOW = 45
DECISIONS = ROOT / "docs" / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))
PARTS = ["Context", "Decision", "Consequences", "Alternatives", "What enforces it"]
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize(("name", "lines_below"), LINES_BELOW.items())
def test_a_paper_is_short(name: str, lines_below: int) -> None:
    """What is too long to be read is not read."""
    assert lines_of(ROOT / name) < lines_below


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_decision_is_one_page_with_all_its_parts(record: Path) -> None:
    """Under 45 lines; why, what, what follows, what lost, and what enforces it."""
    text = record.read_text(encoding="utf-8")
    assert lines_of(record) < RECORD_LINES_BELOW
    assert PARTS == re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert text.startswith(f"# {record.name[:4]}. ")


def test_decisions_are_numbered_once() -> None:
    """0000 is the template; the next decision takes the next number."""
    assert list(range(len(RECORDS))) == [int(record.name[:4]) for record in RECORDS]


def test_links_between_papers_lead_somewhere() -> None:
    """A relative link names a file that is there."""
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "ops").rglob("*.md")]
    broken = [
        f"{paper.relative_to(ROOT)}: {target}"
        for paper in papers
        for target in LINK.findall(paper.read_text(encoding="utf-8"))
        if not (paper.parent / target).exists()
    ]
    assert [] == broken
