"""todo-with-issue."""

import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

UNOWNED = re.compile(r"\b(?:FIXME\b|TODO\b(?!\(#(?:\d+|N)\)))")


class TodoWithIssue(Rule):
    code = "todo-with-issue"
    why = "what is to be done is an issue, or it is not: TODO(#N)"
    reads_strings = True

    def check_text(self, source: Source) -> Iterator[Finding]:
        if source.path == "tools/tidy/rules/todo_with_issue.py":
            return
        for line, text in enumerate(source.lines, start=1):
            match = UNOWNED.search(text)
            if match:
                yield Finding(line, f"{match[0]} without an issue")
