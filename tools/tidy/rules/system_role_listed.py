"""system-role-listed."""

import ast
import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Project, Source

LIST = "docs/rules/system-role.md"
ROW = re.compile(r"^\|\s*`(?P<reason>[^`]+)`\s*\|")
OTHERS = frozenset({"os.system", "platform.system"})


class SystemRoleListed(Rule):
    code = "system-role-listed"
    why = f"the system role sees every firm: each use of it stands in {LIST}, where it is reviewed"

    def check_project(self, project: Project) -> Iterator[tuple[str, Finding]]:
        listing = project.find(LIST)
        listed = dict(_listed(listing)) if listing else {}
        used = set()
        for source in project.under("src/"):
            for line, reason in _uses(source):
                if reason is None:
                    yield source.path, Finding(line, "the reason must be a literal string")
                elif reason not in listed:
                    yield source.path, Finding(line, f"`{reason}` is not listed")
                else:
                    used.add(reason)
        for reason, line in listed.items():
            if reason not in used:
                yield LIST, Finding(line, f"`{reason}` is listed but used nowhere")


def _listed(listing: Source) -> Iterator[tuple[str, int]]:
    for line, text in enumerate(listing.lines, start=1):
        row = ROW.match(text)
        if row:
            yield row["reason"], line


def _uses(source: Source) -> Iterator[tuple[int, str | None]]:
    """Line and reason of each `.system(…)`; None where the reason is not a literal."""
    if not source.is_python:
        return
    for name, call in source.calls():
        if not name.endswith(".system") or name in OTHERS:
            continue
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        reason = arguments[0] if arguments else None
        literal = isinstance(reason, ast.Constant) and isinstance(reason.value, str)
        yield call.lineno, str(reason.value) if literal and isinstance(reason, ast.Constant) else None
