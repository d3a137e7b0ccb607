"""`biletpro bench`: fresh systems, rounds of scenarios, limits, checks; a table, and JSON."""

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from biletpro.kernel.clock import utc_now
from biletpro.kernel.messages import rfc3339

from . import checks
from .checks import Finding
from .loader import EVENTS, ORDERS, Amount, load
from .machine import commit, machine
from .processes import BenchFault, complaints, free_port, running
from .report import GOALS, Row, changes, combined, table_of
from .scenarios import FULL, QUICK, Round, Sizes
from .stage import Stage
from .system import fresh_system

COMPLAINT_SHOWN_MAX: Final = 300
SETUP_TIMEOUT_S: Final = 30.0
# One loop, one core: beyond this share of it the generator itself begins to make answers wait.
GENERATOR_CORES_MAX: Final = 0.8


@dataclass(frozen=True, slots=True)
class Generator:
    """How it is known that the load generator was not the bottleneck."""

    alone_per_s: float
    fastest_here_per_s: float
    busiest_cores: float

    @property
    def was_bottleneck(self) -> bool:
        """Whether it, and not the program, may have set the rate."""
        return self.busiest_cores > GENERATOR_CORES_MAX or self.alone_per_s <= self.fastest_here_per_s


@dataclass(frozen=True, slots=True)
class Result:
    """Of all rounds on one system."""

    rows: list[Row]
    findings: list[Finding]
    generator: Generator
    statement_ms: float
    complaints: list[str]

    @property
    def sound(self) -> bool:
        """Every check of the database is right, and the figures are the program's, not the generator's."""
        return all(finding.right for finding in self.findings) and not self.generator.was_bottleneck

    def as_json(self) -> dict[str, Any]:
        return {
            "scenarios": [row.as_json() for row in self.rows],
            "checks": [asdict(finding) for finding in self.findings],
            "complaints": len(self.complaints),
            "statement_ms": round(self.statement_ms, 3),
            "generator": {**asdict(self.generator), "was_bottleneck": self.generator.was_bottleneck},
        }


async def run(console: Console, *, quick: bool, loaded: bool, json_path: Path | None) -> None:
    """What `biletpro bench` does. Raises EmbeddedFault, BenchFault (also for a check gone wrong), OSError."""
    await measure(console, QUICK if quick else FULL, loaded=loaded, json_path=json_path)


async def measure(console: Console, sizes: Sizes, *, loaded: bool, json_path: Path | None) -> None:
    """The same with sizes of one's own. A missed floor is said, machines differ; a wrong check is a fault."""
    began = utc_now()
    with _shown(console) as bar:
        empty = await _measured(bar, sizes, fill=False)
    _print(console, "Empty database", empty)
    full = None
    if loaded:
        with _shown(console) as bar:
            full = await _measured(bar, sizes, fill=True)
        _print(console, f"With {ORDERS:,} orders and {EVENTS:,} events", full)
    good = _judge(console, empty, full)
    if json_path is not None:
        document = {
            "taken_at": rfc3339(began),
            "took_s": round((utc_now() - began).total_seconds(), 1),
            "commit": commit(),
            "machine": machine(),
            "settings": asdict(sizes),
            "empty": empty.as_json(),
            "loaded": None if full is None else full.as_json(),
            "changes": [] if full is None else _changes_as_json(empty, full),
            "reached": good,
        }
        _keep(json_path, document)
    wrong = [
        finding.what for result in (empty, full) if result for finding in result.findings if not finding.right
    ]
    if wrong:
        raise BenchFault(f"the database says that selling went wrong: {'; '.join(wrong)}")


def _changes_as_json(empty: Result, full: Result) -> list[dict[str, Any]]:
    return [
        {
            "scenario": change.row.goal.key,
            "beside_limit": round(change.beside_limit, 3),
            "beside_http": round(change.beside_http, 3),
            "holds": change.holds,
        }
        for change in changes(empty.rows, full.rows)
    ]


def _keep(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@contextlib.contextmanager
def _shown(console: Console) -> Iterator[Progress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield bar


async def _measured(bar: Progress, sizes: Sizes, *, fill: bool) -> Result:
    """All rounds on one fresh system."""
    task = bar.add_task("Starting …", total=sizes.rounds)

    def say(line: str) -> None:
        bar.update(task, description=line)

    bare_port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        system = await stack.enter_async_context(fresh_system(say))
        bare_log = system.folder / "bare.log"
        bare = running("biletpro.bench.bare", str(bare_port), port=bare_port, log=bare_log)
        await stack.enter_async_context(bare)
        admin = await asyncpg.connect(system.admin_url)
        try:
            async with httpx.AsyncClient(base_url=system.base_url, timeout=SETUP_TIMEOUT_S) as client:
                stage = await Stage.opened(client)
                if fill:
                    filling = bar.add_task(f"Loading {ORDERS:,} orders", total=ORDERS)
                    began = time.perf_counter()
                    await load(
                        admin,
                        await stage.bought(),
                        Amount(),
                        lambda done: bar.update(filling, completed=done),
                    )
                    bar.remove_task(filling)
                    bar.console.print(f"Loaded {ORDERS:,} orders in {time.perf_counter() - began:.0f} s")
                findings = await checks.durability(admin)
                before = await checks.written(admin)
                rounds = []
                for _ in range(sizes.rounds):
                    rounds.append(Round(stage, admin, system.port, bare_port, sizes, say))
                    await rounds[-1].run()
                    bar.advance(task)
                statement_ms = checks.mean_statement_ms((await client.get("/metrics")).text)
            say("Asking the database …")
            news = (await checks.written(admin)).since(before)
            findings += checks.recorded(news, sum(one.created for one in rounds))
            findings += await checks.violations(admin)
            complained = complaints(system.log)
        finally:
            await admin.close()
    rows = [combined(goal, [one.measured[goal.key] for one in rounds]) for goal in GOALS]
    return Result(rows, findings, _generator(rounds), statement_ms, complained)


def _generator(rounds: Sequence[Round]) -> Generator:
    alone = [
        outcome.requests_per_s for one in rounds for outcome in (one.bare_posts, one.bare_gets) if outcome
    ]
    cores = [measured.generator_cores for one in rounds for measured in one.measured.values()]
    return Generator(min(alone), max(one.fastest_requests_per_s for one in rounds), max(cores))


def _print(console: Console, title: str, result: Result) -> None:
    console.print(table_of(title, result.rows))
    for row in result.rows:
        if row.measured.faults:
            console.print(f"[red]{row.goal.what}: {row.measured.faults}[/]")
    generator = result.generator
    console.print(
        "The load generator is a process of its own: "
        f"it took at most {generator.busiest_cores:.2f} of a core, and against a server that does nothing "
        f"it made {generator.alone_per_s:,.0f} requests/s, here at most {generator.fastest_here_per_s:,.0f}: "
        + ("[red]it may be the bottleneck.[/]" if generator.was_bottleneck else "it is not the bottleneck.")
    )
    console.print(f"A database statement took {result.statement_ms:.2f} ms on average, batches included.")
    if result.complaints:
        first = escape(result.complaints[0][:COMPLAINT_SHOWN_MAX])
        console.print(f"[red]The program complained {len(result.complaints)} times, first: {first}[/]")
    for finding in result.findings:
        mark = "[green]ok[/]   " if finding.right else "[red]WRONG[/]"
        console.print(f"  {mark} {finding.what}: {finding.found}")


def _judge(console: Console, empty: Result, full: Result | None) -> bool:
    good = empty.sound and all(row.verdict != "below" for row in empty.rows)
    if full is not None:
        found = changes(empty.rows, full.rows)
        good = good and full.sound and all(change.holds for change in found)
        for change in found:
            mark = "[green]holds[/]" if change.holds else "[red]falls[/]"
            console.print(
                f"  {mark} with a full database, {change.row.goal.what}: "
                f"{change.beside_limit:+.0%} beside the nearer limit, {change.beside_http:+.0%} beside HTTP"
            )
    console.print("[green]Every floor is reached.[/]" if good else "[red]Not every floor is reached.[/]")
    return good
