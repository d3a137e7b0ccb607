"""Runs the rules, and lets the reasoned exceptions through."""

from collections.abc import Iterator
from typing import NamedTuple

from .rule import Rule
from .source import Finding, Project

PLANTED = "tests/tidy/"
EXIT_WHY = "an exception is read by people: which rule, and why here"


class Violation(NamedTuple):
    """A broken rule as it is printed."""

    path: str
    line: int
    code: str
    message: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code}: {self.message} ({self.why})"


def violations(project: Project, rules: list[Rule]) -> list[Violation]:
    """All findings but those a reasoned comment allows, then the comments that allow nothing."""
    used: set[tuple[str, int, str]] = set()
    found = []
    by_path = {source.path: source for source in project.sources}
    for rule in rules:
        for path, finding in _findings(project, rule):
            source = by_path.get(path)
            allow = source and next(
                (allow for allow in source.allows if allow.code == rule.code and finding.line in allow.lines),
                None,
            )
            if allow:
                used.add((path, allow.line, allow.code))
            else:
                found.append(Violation(path, finding.line, rule.code, finding.message, rule.why))
    found.extend(_bad_exits(project, used))
    return sorted(found)


def _findings(project: Project, rule: Rule) -> Iterator[tuple[str, Finding]]:
    for source in project.sources:
        if rule.reads_strings and source.path.startswith(PLANTED):
            continue
        if source.is_python:
            yield from ((source.path, finding) for finding in rule.check_python(source))
        yield from ((source.path, finding) for finding in rule.check_text(source))
    yield from rule.check_project(project)


def _bad_exits(project: Project, used: set[tuple[str, int, str]]) -> Iterator[Violation]:
    for source in project.sources:
        if not (source.is_python or source.is_sql):
            continue
        for allow in source.allows:
            if not allow.reasoned:
                message = f"`allow {allow.code}` without a reason after ` - `"
                yield Violation(source.path, allow.line, "exit", message, EXIT_WHY)
            if (source.path, allow.line, allow.code) not in used:
                message = f"`allow {allow.code}` allows nothing here: remove it"
                yield Violation(source.path, allow.line, "exit", message, EXIT_WHY)
