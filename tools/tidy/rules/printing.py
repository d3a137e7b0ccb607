"""print."""

from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source


class Printing(Rule):
    code = "print"
    why = "a service logs, a command writes to its console"

    def check_python(self, source: Source) -> Iterator[Finding]:
        for name, call in source.calls():
            if name in {"print", "pprint", "pprint.pprint"}:
                yield Finding(call.lineno, f"{name}()")
