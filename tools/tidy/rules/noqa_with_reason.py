"""noqa-with-reason."""

import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

EXIT = re.compile(r"#\s*(?:noqa\b(?::\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?|type:\s*ignore\b(?:\[[\w, -]+\])?)")
REASON = re.compile(r"\s(?:-|#)\s*\w")


class NoqaWithReason(Rule):
    code = "noqa-with-reason"
    why = "whoever meets an exemption must see why: `noqa: X123 - reason`, `type: ignore[code]  # reason`"
    reads_strings = True

    def check_python(self, source: Source) -> Iterator[Finding]:
        for line, text in enumerate(source.lines, start=1):
            match = EXIT.search(text)
            if match and not REASON.search(EXIT.sub("", text[match.start() :])):
                yield Finding(line, f"`{match[0]}` without a reason")
