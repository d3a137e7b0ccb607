"""select-star."""

import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

STAR = re.compile(r"\b(?:SELECT|RETURNING)\s+(?:DISTINCT\s+|ALL\s+)?(?:\w+\.)?\*", re.IGNORECASE)


class SelectStar(Rule):
    code = "select-star"
    why = "name the columns: a new column must not reach old code unasked"
    reads_strings = True

    def check_text(self, source: Source) -> Iterator[Finding]:
        for statement in source.statements:
            for match in STAR.finditer(statement.value):
                yield Finding(statement.line_of(match.start()), " ".join(match[0].split()))
