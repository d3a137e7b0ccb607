"""Figures of rounds put together, judged against design goals, as a table and as JSON."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from rich import box
from rich.table import Table

Verdict = Literal["aim", "floor", "below"]


# Design: with a million orders the ratios hold within 20 %.
RATIO_MAY_FALL: Final = 0.20


@dataclass(frozen=True, slots=True)
class Goal:
    """What a scenario must reach (`floor`) and should (`aim`): acts a second, or the p95 in milliseconds."""

    key: str
    what: str
    floor: float
    aim: float
    measure: Literal["rate", "p95"] = "rate"
    p99_ms_max: float | None = None


# A purchase is hold, order, payment and the signed tickets read. "Selling": at half of the holds' maximum.
GOALS: Final = (
    Goal("holds", "holds, one hot category", 5_000, 10_000, p99_ms_max=100),
    Goal("purchases", "whole purchases", 1_000, 2_500),
    Goal("seats", "seats by number", 3_000, 6_000),
    Goal("availability", "availability", 8_000, 15_000),
    Goal("calls", "other calls, 100/s", 50, 20, measure="p95"),
    Goal("calls_selling", "other calls, selling", 50, 20, measure="p95"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One scenario in one round. Limits are acts a second, None where there is no such limit."""

    rate_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    generator_cores: float
    faults: dict[str, int] = field(default_factory=dict)
    database_limit_per_s: float | None = None
    http_limit_per_s: float | None = None

    @property
    def limit_per_s(self) -> float | None:
        """The nearer of the two limits."""
        limits = [limit for limit in (self.database_limit_per_s, self.http_limit_per_s) if limit is not None]
        return min(limits) if limits else None

    @property
    def ratio(self) -> float | None:
        """The share of the machine's own limit that is reached."""
        limit = self.limit_per_s
        return self.rate_per_s / limit if limit else None

    @property
    def http_ratio(self) -> float | None:
        """The share of HTTP's limit, which knows no database and so cannot get slower along with it."""
        return self.rate_per_s / self.http_limit_per_s if self.http_limit_per_s else None


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario over all rounds: medians; faults are summed."""

    goal: Goal
    measured: Measured
    ratio: float | None
    http_ratio: float | None
    rounds: int

    @property
    def verdict(self) -> Verdict:
        """What was reached."""
        goal, found = self.goal, self.measured
        if goal.p99_ms_max is not None and found.p99_ms >= goal.p99_ms_max:
            return "below"
        if found.faults:
            return "below"
        if goal.measure == "rate":
            return (
                "aim"
                if found.rate_per_s >= goal.aim
                else "floor"
                if found.rate_per_s >= goal.floor
                else "below"
            )
        return "aim" if found.p95_ms < goal.aim else "floor" if found.p95_ms < goal.floor else "below"

    def as_json(self) -> dict[str, Any]:
        return {
            "scenario": self.goal.key,
            "what": self.goal.what,
            "measure": self.goal.measure,
            "floor": self.goal.floor,
            "aim": self.goal.aim,
            "p99_ms_max": self.goal.p99_ms_max,
            "rounds": self.rounds,
            **{name: _rounded(value) for name, value in asdict(self.measured).items()},
            "limit_per_s": _rounded(self.measured.limit_per_s),
            "ratio": _rounded(self.ratio, 3),
            "http_ratio": _rounded(self.http_ratio, 3),
            "verdict": self.verdict,
        }


def _rounded(value: Any, digits: int = 2) -> Any:
    return round(value, digits) if isinstance(value, float) else value


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def combined(goal: Goal, rounds: Sequence[Measured]) -> Row:
    """The median of each figure; the ratio is that of the rounds' ratios: machines drift between rounds."""
    assert rounds, "a scenario is measured at least once"
    faults: Counter[str] = Counter()
    for measured in rounds:
        faults.update(measured.faults)
    return Row(
        goal,
        Measured(
            rate_per_s=statistics.median(measured.rate_per_s for measured in rounds),
            p50_ms=statistics.median(measured.p50_ms for measured in rounds),
            p95_ms=statistics.median(measured.p95_ms for measured in rounds),
            p99_ms=statistics.median(measured.p99_ms for measured in rounds),
            generator_cores=max(measured.generator_cores for measured in rounds),
            faults=dict(faults),
            database_limit_per_s=_median([measured.database_limit_per_s for measured in rounds]),
            http_limit_per_s=_median([measured.http_limit_per_s for measured in rounds]),
        ),
        _median([measured.ratio for measured in rounds]),
        _median([measured.http_ratio for measured in rounds]),
        len(rounds),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What a full database did to a scenario: shares by which its ratios grew, or fell (below 0).

    PostgreSQL's limit is taken in the full database too, so beside it a cost that grows with size may hide:
    what is done beside HTTP must hold as well.
    """

    row: Row
    beside_limit: float
    beside_http: float

    @property
    def holds(self) -> bool:
        """Neither has fallen by more than the design allows."""
        return min(self.beside_limit, self.beside_http) >= -RATIO_MAY_FALL


def changes(empty: Sequence[Row], loaded: Sequence[Row]) -> list[Change]:
    """Of the scenarios that have limits."""
    return [
        Change(after, after.ratio / before.ratio - 1, after.http_ratio / before.http_ratio - 1)
        for before, after in zip(empty, loaded, strict=True)
        if before.ratio and after.ratio and before.http_ratio and after.http_ratio
    ]


def table_of(title: str, rows: Sequence[Row]) -> Table:
    """For a terminal."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in (
        "what",
        "rate/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "errors",
        "limit/s",
        "ratio",
        "floor",
        "aim",
        "",
    ):
        table.add_column(name, justify="left" if name in {"what", ""} else "right", no_wrap=True)
    colors = {"aim": "green", "floor": "yellow", "below": "red"}
    for row in rows:
        found, goal = row.measured, row.goal
        limit = found.limit_per_s
        unit = "" if goal.measure == "rate" else " ms"
        table.add_row(
            goal.what,
            f"{found.rate_per_s:,.0f}",
            f"{found.p50_ms:.1f}",
            f"{found.p95_ms:.1f}",
            f"{found.p99_ms:.1f}",
            f"{sum(found.faults.values()):,}",
            ""
            if limit is None
            else f"{limit:,.0f} {'db' if limit == found.database_limit_per_s else 'http'}",
            "" if row.ratio is None else f"{row.ratio:.0%}",
            f"{goal.floor:,.0f}{unit}",
            f"{goal.aim:,.0f}{unit}",
            f"[{colors[row.verdict]}]{row.verdict}[/]",
        )
    return table
