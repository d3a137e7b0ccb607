"""Puts the figures of the last bench into the documents, with the day, the commit and the machine.

`python -m biletpro.bench.figures BENCH_JSON README FIGURES`; the README takes them between its two marks.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

STARTS: Final = "<!-- figures:start -->"
ENDS: Final = "<!-- figures:end -->"
WORDS: Final = {"aim": "aim reached", "floor": "floor reached", "below": "**below the floor**"}


class FiguresFault(Exception):
    """The documents cannot be written; the message says why."""


def _machine(document: dict[str, Any]) -> str:
    found = document["machine"]
    return (
        f"{found['processor']}, {found['cores']} cores, {found['memory_gib']:.0f} GiB, {found['system']}, "
        f"Python {found['python']}"
    )


def _reached(row: dict[str, Any]) -> str:
    if row["measure"] == "rate":
        return f"{row['rate_per_s']:,.0f}/s, p99 {row['p99_ms']:,.0f} ms"
    return f"p95 {row['p95_ms']:,.1f} ms, p99 {row['p99_ms']:,.1f} ms"


def _wanted(row: dict[str, Any]) -> str:
    if row["measure"] == "rate":
        return f"{row['floor']:,.0f}/s; {row['aim']:,.0f}/s"
    return f"p95 {row['floor']:,.0f} ms; {row['aim']:,.0f} ms"


def _limit(row: dict[str, Any]) -> str:
    if row["limit_per_s"] is None:
        return ""
    which = "PostgreSQL" if row["limit_per_s"] == row["database_limit_per_s"] else "HTTP"
    return f"{row['limit_per_s']:,.0f}/s ({which})"


def _table(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| what, through HTTP | reached | the machine's limit | ratio | floor; aim | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.0%}"
        cells = (row["what"], _reached(row), _limit(row), ratio, _wanted(row), WORDS[row["verdict"]])
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def summary(document: dict[str, Any]) -> str:
    """For the README: one table and where it comes from."""
    rounds = document["settings"]["rounds"]
    measured = "one short round" if rounds == 1 else f"the median of {rounds} rounds"
    taken = (
        f"Measured on {document['taken_at'][:10]} at commit `{document['commit']}`: {measured}, "
        f"everything on one machine ({_machine(document)}), full durability."
    )
    return "\n".join([taken, "", *_table(document["empty"]["scenarios"])])


def page(document: dict[str, Any]) -> str:
    """For docs/figures.md: all of it, with the checks."""
    lines = ["# Figures", "", "Written by `make figures` from the last `make bench`; not by hand.", ""]
    for name, title in (("empty", "Empty database"), ("loaded", "With a million orders and 5,000 events")):
        result = document[name]
        if result is None:
            continue
        generator, statement_ms = result["generator"], result["statement_ms"]
        driven = (
            f"* Load generator: a process of its own, at most {generator['busiest_cores']:.2f} of a core; "
            f"against a server that does nothing {generator['alone_per_s']:,.0f} requests/s, "
            f"here at most {generator['fastest_here_per_s']:,.0f}. It never retries."
        )
        lines += [f"## {title}", "", *_table(result["scenarios"]), ""]
        lines += [
            driven,
            f"* A database statement took {statement_ms:.2f} ms on average, whole batches included.",
            *(f"* {check['what']}: {check['found']}" for check in result["checks"]),
            "",
        ]
    if document["changes"]:
        lines += ["## What a full database changes", ""]
        lines += [
            f"* {change['scenario']}: ratio {change['beside_limit']:+.0%}, "
            f"beside HTTP alone {change['beside_http']:+.0%}"
            for change in document["changes"]
        ]
        lines.append("")
    lines += [
        "## When and where",
        "",
        f"* {document['taken_at']}, commit `{document['commit']}`, took {document['took_s']:.0f} s",
        f"* {_machine(document)}",
        "",
    ]
    return "\n".join(lines)


def put_between(text: str, summary_text: str) -> str:
    """*text* with what stood between the marks replaced. Raises FiguresFault where a mark is missing."""
    before, start, rest = text.partition(STARTS)
    _, end, after = rest.partition(ENDS)
    if not start or not end:
        raise FiguresFault(f"the README has no {STARTS} … {ENDS}")
    return f"{before}{STARTS}\n{summary_text}\n{ENDS}{after}"


def write(bench: Path, readme: Path, figures: Path) -> None:
    """Both documents from the bench's JSON. Raises FiguresFault."""
    if not bench.exists():
        raise FiguresFault(f"{bench} is missing: run `make bench` first")
    document: dict[str, Any] = json.loads(bench.read_text(encoding="utf-8"))
    text = put_between(readme.read_text(encoding="utf-8"), summary(document))
    readme.write_text(text, encoding="utf-8")
    figures.write_text(page(document), encoding="utf-8")


def main() -> int:
    """The program."""
    try:
        write(*(Path(argument) for argument in sys.argv[1:4]))
    except FiguresFault as fault:
        sys.stderr.write(f"biletpro: {fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
