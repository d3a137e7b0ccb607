"""ops-names-target."""

import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Project

TARGET = re.compile(r"^([a-z][\w-]*):(?!=)", re.MULTILINE)
MENTION = re.compile(r"\bmake ([a-z][\w-]*)")
HONEST = "not run"


class OpsNamesTarget(Rule):
    code = "ops-names-target"
    why = f'it (or the README beside it) says what runs it, `make …`, or honestly "{HONEST}"'

    def check_project(self, project: Project) -> Iterator[tuple[str, Finding]]:
        makefile = project.find("Makefile")
        targets = set(TARGET.findall(makefile.text)) if makefile else set()
        for source in project.under("ops/"):
            folder, _, name = source.path.rpartition("/")
            beside = project.find(f"{folder}/README.md")
            spoken_for = [line for line in beside.lines if name in line] if beside else []
            said = "\n".join([source.text, *spoken_for])
            if HONEST not in said and targets.isdisjoint(MENTION.findall(said)):
                yield source.path, Finding(1, f"names no make target and does not say `{HONEST}`")
