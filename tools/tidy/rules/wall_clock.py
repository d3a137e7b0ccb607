"""wall-clock."""

from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

HOME = "src/biletpro/kernel/clock.py"
# time.monotonic and time.perf_counter measure spans and stay free.
DATE_METHODS = frozenset(
    {"datetime.now", "datetime.today", "datetime.utcnow", "date.today"}
    | {"datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow", "datetime.date.today"}
)
TIME_FUNCTIONS = frozenset({"time.time", "time.time_ns", "time.gmtime", "time.localtime"})


class WallClock(Rule):
    code = "wall-clock"
    why = f"the time of day comes from {HOME} (or from sales.clock()): tests can set it, and its zone is UTC"

    def check_python(self, source: Source) -> Iterator[Finding]:
        if source.path == HOME:
            return
        for name, call in source.calls():
            if name in DATE_METHODS | TIME_FUNCTIONS:
                yield Finding(call.lineno, f"{name}()")
        for name, line in source.imports():
            if name in TIME_FUNCTIONS:
                yield Finding(line, f"imports {name}")
