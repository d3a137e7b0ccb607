"""no-machine-words."""

import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

MACHINE = re.compile(
    r"""(?<![\w.])/(?:work|root|opt/pypi[\w-]*|tmp/plan)/
      | \b(?:pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org)\b
      | \b(?:proxy\.golang\.org|index\.crates\.io)\b""",
    re.VERBOSE,
)


class NoMachineWords(Rule):
    code = "no-machine-words"
    why = "the repository runs anywhere: no path of one machine, no address of one package registry"
    reads_strings = True

    def check_text(self, source: Source) -> Iterator[Finding]:
        for match in MACHINE.finditer(source.text):
            yield Finding(1 + source.text.count("\n", 0, match.start()), match[0])
