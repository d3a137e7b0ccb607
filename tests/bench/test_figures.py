"""Figures in the documents."""

import json
from pathlib import Path
from typing import Any

import pytest

from biletpro.bench.figures import ENDS, STARTS, FiguresFault, put_between, write
from biletpro.bench.report import GOALS, Measured, combined

GENERATOR = {"alone_per_s": 20_000.0, "fastest_here_per_s": 6_000.0, "busiest_cores": 0.2}
MACHINE = {"processor": "A", "cores": 2, "memory_gib": 23.0, "system": "Linux", "python": "3.11"}


def document() -> dict[str, Any]:
    rows = [combined(goal, [Measured(6_000, 1, 2, 3, 0.1, {}, 24_000, 12_000)]) for goal in GOALS]
    return {
        "taken_at": "2026-11-22T14:00:00Z",
        "took_s": 200.0,
        "commit": "0123abc",
        "machine": MACHINE,
        "settings": {"rounds": 3},
        "empty": {
            "scenarios": [row.as_json() for row in rows],
            "checks": [{"what": "unlogged tables", "found": "0", "right": True}],
            "generator": GENERATOR,
            "statement_ms": 1.5,
        },
        "loaded": None,
        "changes": [],
        "reached": True,
    }


def test_the_readme_keeps_what_is_around_its_figures(tmp_path: Path) -> None:
    """Only what is between the marks changes; day and commit are there; twice is as once."""
    bench, readme, figures = tmp_path / "bench.json", tmp_path / "README.md", tmp_path / "figures.md"
    bench.write_text(json.dumps(document()), encoding="utf-8")
    readme.write_text(f"# Before\n{STARTS}\nstale\n{ENDS}\nafter\n", encoding="utf-8")

    write(bench, readme, figures)
    once = readme.read_text(encoding="utf-8")
    write(bench, readme, figures)

    assert once == readme.read_text(encoding="utf-8")
    taken = "Measured on 2026-11-22 at commit `0123abc`: the median of 3 rounds"
    assert once.startswith(f"# Before\n{STARTS}\n{taken}")
    assert once.endswith(f"\n{ENDS}\nafter\n")
    assert "6,000/s, p99 3 ms | 12,000/s (HTTP) | 50%" in once
    assert "stale" not in once
    assert "unlogged tables: 0" in figures.read_text(encoding="utf-8")


def test_a_readme_without_marks_is_left_alone() -> None:
    """Figures are never put where nobody wants them."""
    with pytest.raises(FiguresFault):
        put_between("# Nothing here\n", "figures")


def test_without_a_bench_there_is_nothing_to_write(tmp_path: Path) -> None:
    """The way out is named."""
    with pytest.raises(FiguresFault, match="make bench"):
        write(tmp_path / "none.json", tmp_path / "README.md", tmp_path / "figures.md")
