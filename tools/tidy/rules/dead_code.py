"""dead-code."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Project, Source, dotted

WORD = re.compile(r"\w+")
# These decorators describe what they stand on; any other one has put it to use.
DESCRIBING = frozenset(
    {"dataclass", "dataclasses.dataclass", "runtime_checkable", "final", "cache", "contextmanager"}
)


class DeadCode(Rule):
    code = "dead-code"
    why = "what nobody names is read, tested and kept for nobody"

    def check_project(self, project: Project) -> Iterator[tuple[str, Finding]]:
        words: Counter[str] = Counter()
        for source in project.sources:
            if source.is_python or source.path == "pyproject.toml":
                words.update(WORD.findall(source.text))
        for source in project.under("src/"):
            if source.is_python:
                for name, line in _defined(source):
                    if words[name] < 2:  # noqa: PLR2004 - its definition is one
                        yield source.path, Finding(line, f"`{name}` is used nowhere")


def _defined(source: Source) -> Iterator[tuple[str, int]]:
    """The names a module gives to functions, classes and constants, where no decorator registers them."""
    for node in source.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if all(_describes(decorator) for decorator in node.decorator_list):
                yield node.name, node.lineno
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and not target.id.startswith("__"):
                    yield target.id, node.lineno


def _describes(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return dotted(called) in DESCRIBING
