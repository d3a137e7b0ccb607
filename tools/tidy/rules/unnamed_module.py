"""unnamed-module."""

import ast
import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

MODULE = re.compile(r"(?:^|_)(?:utils?|helpers?|common|misc|managers?|shared|stuff)(?:_|$)")
CLASS = re.compile(r"(?:Utils?|Helpers?|Managers?)$")


class UnnamedModule(Rule):
    code = "unnamed-module"
    why = "a name that fits anything collects anything: call it after what it holds"

    def check_python(self, source: Source) -> Iterator[Finding]:
        for part in source.path.removesuffix(".py").split("/"):
            if MODULE.search(part):
                yield Finding(1, f"`{part}` names nothing")
        for definition in source.nodes(ast.ClassDef):
            if CLASS.search(definition.name):
                yield Finding(definition.lineno, f"`{definition.name}` names nothing")
