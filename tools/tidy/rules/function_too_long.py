"""function-too-long."""

from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

LINES_MAX = 70


class FunctionTooLong(Rule):
    code = "function-too-long"
    why = f"what does not fit {LINES_MAX} lines is not one thing: decisions on top, leaves pure"

    def check_python(self, source: Source) -> Iterator[Finding]:
        for function in source.functions():
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > LINES_MAX:
                yield Finding(function.lineno, f"{function.name} has {lines} lines")
