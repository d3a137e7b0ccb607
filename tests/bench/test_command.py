"""The whole bench, in miniature."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from biletpro.bench.command import measure
from biletpro.bench.report import GOALS
from biletpro.bench.scenarios import Sizes

TINY = Sizes(
    rounds=1, stretch_s=1.0, limit_s=0.3, warm_up_s=0.2, halls=1, seats_in_hall=2_000, seats_for_limit=800
)


# It starts servers of its own, as a person's bench does.
@pytest.mark.servers
@pytest.mark.timeout(60)
async def test_a_short_bench_measures_every_goal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scenario sells without an error, every check is right, and nothing stays behind."""
    monkeypatch.chdir(tmp_path)
    screen = io.StringIO()
    await measure(Console(file=screen, width=200), TINY, loaded=False, json_path=tmp_path / "bench.json")

    result = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["empty"]
    assert [goal.key for goal in GOALS] == [row["scenario"] for row in result["scenarios"]]
    assert [] == [row["what"] for row in result["scenarios"] if row["faults"] or not row["rate_per_s"]]
    assert [] == [check["what"] for check in result["checks"] if not check["right"]]
    assert {"fsync", "synchronous_commit", "full_page_writes"} <= {
        check["what"] for check in result["checks"]
    }
    assert "holds, one hot category" in screen.getvalue()
    assert [] == list((tmp_path / ".biletpro").iterdir())
