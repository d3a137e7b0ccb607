"""environment."""

from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

HOME = "src/biletpro/adapters/environment.py"
NAMES = frozenset({"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "os.unsetenv"})


class Environment(Rule):
    code = "environment"
    why = f"settings are read in {HOME} alone: named, checked at start, listed by `biletpro settings`"

    def check_python(self, source: Source) -> Iterator[Finding]:
        if source.path == HOME:
            return
        for name, line in source.imports():
            if name in NAMES:
                yield Finding(line, f"imports {name}")
        for name, attribute in source.attributes():
            if name in NAMES:
                yield Finding(attribute.lineno, name)
