"""foreign-table."""

import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

SERVICES = "auth|organization|event|sales|notification|analytics|file"
PLACE = re.compile(r"^src/biletpro/services/(?P<owner>\w+)/(?:store|migrations)")
# A name after one of these words is a table's; before a parenthesis, a function's. Elsewhere `event.id`
# may be a column of a table called `event` in this very statement.
TABLE = re.compile(
    rf"""(?:\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ONLY|REFERENCES|INDEX\s+\w+\s+ON)\s+
          (?P<table>{SERVICES})\.\w+(?!\s*\())
      | (?:(?<![\w.])(?P<function>{SERVICES})\.\w+\s*\()""",
    re.VERBOSE | re.IGNORECASE,
)


class ForeignTable(Rule):
    code = "foreign-table"
    why = "a schema belongs to one service: others hear its events or call its contract"

    def check_text(self, source: Source) -> Iterator[Finding]:
        place = PLACE.match(source.path)
        if place is None:
            return
        for statement in source.statements:
            for match in TABLE.finditer(statement.value):
                schema = (match["table"] or match["function"]).lower()
                if schema != place["owner"]:
                    named = " ".join(match[0].split())
                    yield Finding(statement.line_of(match.start()), f"`{named}` is not of {place['owner']}")
