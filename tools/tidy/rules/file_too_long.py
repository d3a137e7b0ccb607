"""file-too-long."""

from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

# A migration may be longer: it is applied as one step and never edited afterwards,
# and one batch function with its tables reads better whole than cut in two files.
LINES_MAX = {".py": 500, ".sql": 1000}


class FileTooLong(Rule):
    code = "file-too-long"
    why = "a file that swells becomes a package of the same name, split by noun"

    def check_text(self, source: Source) -> Iterator[Finding]:
        for suffix, lines_max in LINES_MAX.items():
            lines = source.text.count("\n")
            if source.path.endswith(suffix) and lines > lines_max:
                yield Finding(1, f"{lines} lines, at most {lines_max}")
