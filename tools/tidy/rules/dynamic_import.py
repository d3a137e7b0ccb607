"""dynamic-import."""

from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

# Both only read files of an installed package; neither picks code by name.
READERS = ("importlib.metadata", "importlib.resources")
MODULES = ("importlib", "pkgutil", "runpy")


class DynamicImport(Rule):
    code = "dynamic-import"
    why = "what is imported is written down: readers, import-linter and mypy see it"

    def check_python(self, source: Source) -> Iterator[Finding]:
        for name, line in source.imports():
            if name.split(".")[0] in MODULES and not name.startswith(READERS):
                yield Finding(line, f"imports {name}")
        for name, call in source.calls():
            if name == "__import__":
                yield Finding(call.lineno, "__import__()")
