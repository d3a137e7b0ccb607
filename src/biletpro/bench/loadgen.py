"""The load generator: a process of its own, so that what it costs is measured apart from what it drives.

`python -m biletpro.bench.loadgen` takes a Plan as JSON on its input and writes an Outcome to its output.
"""

import asyncio
import gc
import resource
import sys
import time
from functools import partial
from typing import Final

import uvloop

from .lanes import Lane, Tally
from .plans import Outcome, Plan
from .scripts import MAKERS

HOST: Final = "127.0.0.1"
# Answers still under way when the time is over are waited for, and counted as sent.
PATIENCE_S: Final = 15.0
START_IN_S: Final = 0.02


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def run(plan: Plan) -> Outcome:
    """The plan, carried out. Raises OSError where nobody listens."""
    tally = Tally()
    make = MAKERS[plan.script](plan.given)
    loop = asyncio.get_running_loop()
    started = time.perf_counter() + START_IN_S
    deadline = started + plan.warm_up_s + plan.duration_s
    interval_s = plan.lanes / plan.rate_per_s if plan.rate_per_s is not None else 0.0
    lanes = []
    for n in range(plan.lanes):
        first_slot = started + interval_s * n / plan.lanes
        make_lane = partial(Lane, tally, deadline, interval_s, first_slot)
        _, lane = await loop.create_connection(make_lane, HOST, plan.port)
        lanes.append(lane)
    gc.collect()
    gc.freeze()
    gc.disable()
    cpu_s = [_cpu_s()]

    def begin() -> None:
        tally.start(time.perf_counter())
        cpu_s[0] = _cpu_s()

    begin()
    loop.call_later(plan.warm_up_s, begin)
    for lane in lanes:
        lane.follow(make(lane, tally))
    await asyncio.wait([lane.ended for lane in lanes], timeout=deadline - time.perf_counter() + PATIENCE_S)
    used_s, wall_s = _cpu_s() - cpu_s[0], time.perf_counter() - tally.began
    silent = sum(not lane.ended.done() for lane in lanes)
    if silent:
        tally.faults["no_answer"] += silent
    return _outcome(tally, used_s / wall_s)


def _outcome(tally: Tally, generator_cores: float) -> Outcome:
    latencies_ms = sorted(latency * 1_000 for latency in tally.latencies_s)
    return Outcome(
        acts=tally.acts,
        requests=tally.requests,
        created=tally.created,
        elapsed_s=max(tally.last - tally.began, 0.0),
        faults=dict(tally.faults),
        p50_ms=_percentile(latencies_ms, 50),
        p95_ms=_percentile(latencies_ms, 95),
        p99_ms=_percentile(latencies_ms, 99),
        generator_cores=generator_cores,
    )


def _percentile(ordered: list[float], percent: int) -> float:
    """The nearest rank; 0 where there is nothing."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def main() -> None:
    plan = Plan.from_json(sys.stdin.read())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(run(plan))
    sys.stdout.write(outcome.to_json())


if __name__ == "__main__":
    main()
