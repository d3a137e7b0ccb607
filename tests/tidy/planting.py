"""Plants a text in a made-up project and tells where a rule finds it broken."""

from pathlib import Path

from tidy.judge import violations
from tidy.rule import Rule
from tidy.source import Project, Source

SERVICE = "src/biletpro/services/sales/"


def broken(rule: Rule, path: str, text: str, papers: dict[str, str] | None = None) -> list[int]:
    """The lines of *path* that violate *rule* (or have a bad exit), with *papers* lying beside it."""
    files = {**(papers or {}), path: text}
    project = Project(Path(), [Source(name, content) for name, content in files.items()])
    return [violation.line for violation in violations(project, [rule]) if violation.path == path]
