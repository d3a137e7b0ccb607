"""What a rule is."""

from collections.abc import Iterator
from typing import ClassVar

from .source import Finding, Project, Source


class Rule:
    """A house rule: its code, the reason for it, and how a file (or the whole project) breaks it."""

    code: ClassVar[str]
    why: ClassVar[str]
    reads_strings: ClassVar[bool] = False
    """Judges what strings say: the violations planted as text in tests/tidy are then no findings."""

    def check_python(self, source: Source) -> Iterator[Finding]:
        """Each place at which a Python file breaks the rule."""
        yield from ()

    def check_text(self, source: Source) -> Iterator[Finding]:
        """The same for any text file, Python included."""
        yield from ()

    def check_project(self, project: Project) -> Iterator[tuple[str, Finding]]:
        """Findings, with their paths, that only show when all files are seen together."""
        yield from ()
