"""blind-except."""

import ast
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source, dotted

BLIND = frozenset({"Exception", "BaseException"})


class BlindExcept(Rule):
    code = "blind-except"
    why = "a bug must propagate and page someone: name the error that is expected here"

    def check_python(self, source: Source) -> Iterator[Finding]:
        for handler in source.nodes(ast.ExceptHandler):
            if _is_blind(handler.type) and not _raises_again(handler):
                yield Finding(handler.lineno, "catches everything")
        for name, call in source.calls():
            if name in {"suppress", "contextlib.suppress"} and any(map(_is_blind, call.args)):
                yield Finding(call.lineno, "suppresses everything")


def _is_blind(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_is_blind, caught.elts))
    return caught is None or dotted(caught) in BLIND


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))
