"""The mathematics of the table."""

import pytest

from biletpro.bench.report import GOALS, Goal, Measured, changes, combined, table_of

HOLDS = Goal("holds", "holds", floor=5_000, aim=10_000, p99_ms_max=100)
CALLS = Goal("calls", "calls", floor=50, aim=20, measure="p95")


def measured(
    rate: float, database: float | None = None, http: float | None = None, **more: object
) -> Measured:
    given: dict[str, object] = {"p50_ms": 1.0, "p95_ms": 2.0, "p99_ms": 3.0, "generator_cores": 0.1, **more}
    return Measured(rate, database_limit_per_s=database, http_limit_per_s=http, **given)  # type: ignore[arg-type]  # tests give few


def test_the_limit_is_the_nearer_one() -> None:
    """A rate is compared with whichever of PostgreSQL and HTTP gives out first."""
    assert 0.5 == measured(5_000, database=20_000, http=10_000).ratio
    assert 0.25 == measured(5_000, database=20_000).ratio
    assert measured(5_000).ratio is None


def test_the_ratio_is_the_median_of_the_ratios() -> None:
    """Not the ratio of the medians: rate and limit of one round belong together."""
    rounds = [measured(100, 1_000), measured(300, 1_200), measured(200, 400)]
    row = combined(HOLDS, rounds)
    assert (200, 1_000, 0.25) == (
        row.measured.rate_per_s,
        row.measured.database_limit_per_s,
        row.ratio,
    )


def test_faults_of_all_rounds_are_summed() -> None:
    """An error in any round stays visible."""
    row = combined(HOLDS, [measured(1, faults={"busy": 2}), measured(1, faults={"busy": 1, "500": 1})])
    assert {"busy": 3, "500": 1} == row.measured.faults


@pytest.mark.parametrize(
    ("verdict", "goal", "found"),
    [
        ("aim", HOLDS, measured(10_000)),
        ("floor", HOLDS, measured(5_000)),
        ("below", HOLDS, measured(4_999)),
        ("below", HOLDS, measured(20_000, p99_ms=100.0)),
        ("below", HOLDS, measured(20_000, faults={"busy": 1})),
        ("aim", CALLS, measured(100, p95_ms=19.9)),
        ("floor", CALLS, measured(100, p95_ms=20.0)),
        ("below", CALLS, measured(100, p95_ms=50.0)),
    ],
)
def test_a_verdict_needs_speed_and_no_errors(verdict: str, goal: Goal, found: Measured) -> None:
    """Aim, floor or below; slow tails and errors are below, however high the rate."""
    assert verdict == combined(goal, [found]).verdict


def test_a_full_database_is_judged_by_ratios() -> None:
    """A machine that got slower as a whole changes nothing."""
    empty, full = (
        combined(HOLDS, [measured(1_000, 4_000, 8_000)]),
        combined(HOLDS, [measured(500, 2_000, 4_000)]),
    )
    assert [(0, 0, True)] == [(c.beside_limit, c.beside_http, c.holds) for c in changes([empty], [full])]


def test_a_database_that_slows_down_with_its_size_does_not_hide() -> None:
    """Its own limit falls with it, so the ratio to that holds; beside HTTP it shows."""
    empty, full = (
        combined(HOLDS, [measured(1_000, 4_000, 8_000)]),
        combined(HOLDS, [measured(500, 2_000, 8_000)]),
    )
    assert [(0, -0.5, False)] == [(c.beside_limit, c.beside_http, c.holds) for c in changes([empty], [full])]


def test_scenarios_without_limits_have_no_ratio_to_compare() -> None:
    """Latencies of other calls are judged by their own goal."""
    row = combined(CALLS, [measured(100)])
    assert [] == changes([row], [row])


def test_every_goal_has_its_row() -> None:
    """The table shows each scenario once."""
    rows = [combined(goal, [measured(1)]) for goal in GOALS]
    assert len(GOALS) == table_of("All", rows).row_count
