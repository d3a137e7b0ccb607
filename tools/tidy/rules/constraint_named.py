"""constraint-named."""

import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

PLACE = re.compile(r"^src/biletpro/.*\.sql$")
QUOTED = re.compile(r"(?P<tag>\$\w*\$).*?(?P=tag)|'(?:[^']|'')*'", re.DOTALL)
TABLE_STATEMENT = re.compile(r"\b(?:CREATE\s+(?:UNLOGGED\s+)?TABLE|ALTER\s+TABLE)\b[^;]*", re.IGNORECASE)
CONSTRAINT = re.compile(
    r"\b(?:CHECK\s*\(|UNIQUE\b|PRIMARY\s+KEY|FOREIGN\s+KEY|REFERENCES|EXCLUDE\b)", re.IGNORECASE
)
NAMED = re.compile(r"\bCONSTRAINT\s+[\w\"]+\s*$", re.IGNORECASE)
FOREIGN_KEY = re.compile(r"\bFOREIGN\s+KEY\s*\([^)]*\)\s*$", re.IGNORECASE)


class ConstraintNamed(Rule):
    code = "constraint-named"
    why = "the name of a constraint is a promise: the store maps it to one refusal"

    def check_text(self, source: Source) -> Iterator[Finding]:
        if not PLACE.match(source.path):
            return
        text = QUOTED.sub(_blank, source.statements[0].value)
        for statement in TABLE_STATEMENT.finditer(text):
            for match in CONSTRAINT.finditer(statement[0]):
                before = statement[0][: match.start()]
                if NAMED.search(before) or FOREIGN_KEY.search(before):
                    continue
                line = 1 + text.count("\n", 0, statement.start() + match.start())
                yield Finding(
                    line, f"{' '.join(match[0].split()).rstrip(' (')} without CONSTRAINT and a name"
                )


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
