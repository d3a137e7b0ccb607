"""The load generator counts what it is told to, and never asks twice."""

import re

import pytest

from biletpro.bench.plans import Outcome, Plan
from biletpro.bench.processes import BenchFault, drive, free_port
from tests.bench.answering import answer, answering

KEY = re.compile(rb"Idempotency-Key: (\S+)\r\n")


def plan(port: int, script: str = "writes", **changed: object) -> Plan:
    given: dict[str, object] = {"lanes": 4, "duration_s": 0.4, "given": {"path": "/somewhere"}, **changed}
    return Plan(script, port, **given)  # type: ignore[arg-type]  # tests give few


async def test_a_lane_keeps_its_connection() -> None:
    """Four lanes are four connections, however many requests they make; each write has a key of its own."""
    async with answering(lambda _n: answer(201)) as heard:
        outcome = await drive(plan(heard.port))

    assert 4 == heard.connections
    assert outcome.acts > 4
    assert {} == outcome.faults
    keys = [KEY.findall(request)[0] for request in heard.requests]
    assert len(keys) == len(set(keys))


async def test_every_write_that_was_done_is_counted() -> None:
    """`created` counts answers of 201 in the warm-up and after the end too; rates leave the warm-up out."""
    async with answering(lambda _n: answer(201)) as heard:
        outcome = await drive(plan(heard.port, warm_up_s=0.3))

    assert len(heard.requests) == outcome.created
    assert outcome.acts < outcome.created


async def test_a_refusal_is_counted_by_its_code_and_not_asked_again() -> None:
    """A 503 is a fault; the next request is another one, with another key."""
    busy = answer(503, b'{"code": "busy"}')
    async with answering(lambda n: busy if n % 2 else answer(201)) as heard:
        outcome = await drive(plan(heard.port))

    assert len(heard.requests) == outcome.created + outcome.faults["busy"]
    keys = [KEY.findall(request)[0] for request in heard.requests]
    assert len(keys) == len(set(keys))


async def test_a_lost_connection_is_a_fault_and_is_not_made_again() -> None:
    """Each lane that is hung up on has failed once, and has ended."""
    async with answering(lambda _n: None) as heard:
        outcome = await drive(plan(heard.port))

    assert (4, {"connection_lost": 4}) == (heard.connections, outcome.faults)


async def test_a_rate_is_kept() -> None:
    """With a rate the lanes wait for their turn, and waiting is no latency."""
    async with answering(lambda _n: answer(200)) as heard:
        outcome = await drive(plan(heard.port, script="reads", duration_s=1.0, rate_per_s=50.0))

    assert 45 <= len(heard.requests) <= 51
    assert outcome.p50_ms < 20


async def test_nobody_listening_is_said() -> None:
    """A generator that cannot connect is a fault of the bench, not a rate of nothing."""
    with pytest.raises(BenchFault):
        await drive(plan(free_port()))


def test_plans_and_outcomes_travel_whole() -> None:
    """What goes over the pipe comes back the same."""
    sent = plan(80, rate_per_s=5.0)
    assert sent == Plan.from_json(sent.to_json())
    made = Outcome(1, 4, 3, 0.5, {"busy": 1}, 1.0, 2.0, 3.0, 0.25)
    assert made == Outcome.from_json(made.to_json())
    assert (2.0, 8.0) == (made.rate_per_s, made.requests_per_s)
