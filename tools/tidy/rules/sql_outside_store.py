"""sql-outside-store."""

import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

STATEMENT = re.compile(
    r"""^\s*(?:
        WITH\s+\w+\s+AS\s*\( | SELECT\s+(?:[\w.]+\s*\(|.*\bFROM\b|\d) | INSERT\s+INTO\s | DELETE\s+FROM\s
      | UPDATE\s+[\w.{}]+\s+(?:\w+\s+)?SET\s | MERGE\s+INTO\s | TRUNCATE\s | CALL\s+\w+\.
      | (?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|UNIQUE|SCHEMA|ROLE|FUNCTION|OR\ REPLACE|SEQUENCE|TYPE)
      | (?:CREATE|ALTER|DROP)\s+(?:POLICY|DATABASE|EXTENSION|VIEW)
      | (?:GRANT|REVOKE)\s+\w+ | SET\s+(?:LOCAL|ROLE|SESSION)\s | LOCK\s+TABLE | LISTEN\s+\w | NOTIFY\s+\w
      | COPY\s+\w+\.
    )
    | ^\s*(?:insert\s+into\s+\w | delete\s+from\s+\w | select\s+.*\sfrom\s+\w+\.\w )""",
    re.VERBOSE | re.DOTALL,
)
# Where statements live: a service's store, the adapters that own a table or the connection
# itself, the servers we start, and the programs that look at the database from outside.
HOMES = re.compile(
    r"""^(?: src/biletpro/services/\w+/store(?:\.py|/)
      | src/biletpro/adapters/(?:idempotency|leadership|migrate|outbox|postgres|upkeep)(?:\.py|/)
      | src/biletpro/embedded/ | src/biletpro/bench/ | tests/
    )""",
    re.VERBOSE,
)


class SqlOutsideStore(Rule):
    code = "sql-outside-store"
    why = "all statements of a service are in its store, one function each"
    reads_strings = True

    def check_python(self, source: Source) -> Iterator[Finding]:
        if HOMES.match(source.path):
            return
        for statement in source.statements:
            match = STATEMENT.match(statement.value)
            if match:
                yield Finding(statement.line, " ".join(match[0].split())[:60])
