"""restating-docstring."""

import ast
import re
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
ENDING = re.compile(r"(?:ies|es|s|ed|ing|e|y)$")
FILLERS = frozenset(
    re.findall(
        r"\w+",
        """a an and are as be by class does for from function get gets given his if in initialize into is it
        its method new of on or our return returns set sets some test tests that the their them this to when
        whether which with""",
    )
)


class RestatingDocstring(Rule):
    code = "restating-docstring"
    why = "say what the name does not, or nothing: an echo is read for nothing"

    def check_python(self, source: Source) -> Iterator[Finding]:
        for definition in [*source.functions(), *source.nodes(ast.ClassDef)]:
            docstring = ast.get_docstring(definition)
            if docstring is None or "\n" in docstring:
                continue
            said = _stems(docstring)
            if said <= _known(definition):
                yield Finding(definition.body[0].lineno, f'"{docstring}" only echoes {definition.name}')


def _known(definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> frozenset[str]:
    """What the reader knows before the docstring: the name and the names of the arguments."""
    names = [definition.name]
    if not isinstance(definition, ast.ClassDef):
        arguments = definition.args
        names += [
            argument.arg for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        ]
    return _stems(" ".join(names))


def _stems(text: str) -> frozenset[str]:
    words = (word.lower() for word in WORD.findall(text))
    return frozenset(ENDING.sub("", word) for word in words if word not in FILLERS)
