"""What rules look at: a file, its syntax tree, the strings in it, and the whole project."""

import ast
import bisect
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

Node = TypeVar("Node", bound=ast.AST)

TEXT_SUFFIXES = frozenset(
    {".cfg", ".conf", ".css", ".env", ".example", ".html", ".ini", ".js", ".json", ".lua", ".md", ".py"}
    | {".sh", ".sql", ".toml", ".txt", ".typ", ".yaml", ".yml", ""}
)
GENERATED_FOLDERS = frozenset({"__pycache__", "node_modules"})
ALLOW = re.compile(r"tidy: allow\s+(?P<code>[a-z-]+)(?P<reason>\s+-\s+\S.*)?")
SQL_COMMENT = re.compile(r"--[^\n]*")


class Finding(NamedTuple):
    """One broken rule at one line."""

    line: int
    message: str


class Text(NamedTuple):
    """A piece of text inside a file and the line on which it begins."""

    line: int
    value: str

    def line_of(self, offset: int) -> int:
        return self.line + self.value.count("\n", 0, offset)


class Allow(NamedTuple):
    """A visible exit: which rule may be broken by the statements at these lines."""

    line: int
    code: str
    reasoned: bool
    lines: frozenset[int]


@dataclass(frozen=True)
class Source:
    """One text file; *path* is relative to the project's root, with forward slashes."""

    path: str
    text: str

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @property
    def is_sql(self) -> bool:
        return self.path.endswith(".sql")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def _nodes(self) -> dict[type[ast.AST], list[ast.AST]]:
        """Every node by its type: one walk serves all rules."""
        nodes: dict[type[ast.AST], list[ast.AST]] = {}
        for node in ast.walk(self.tree):
            nodes.setdefault(type(node), []).append(node)
        return nodes

    def nodes(self, kind: type[Node]) -> list[Node]:
        return [node for node in self._nodes.get(kind, []) if isinstance(node, kind)]

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [*self.nodes(ast.FunctionDef), *self.nodes(ast.AsyncFunctionDef)]

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Each call with the dotted name of what is called (`datetime.now`)."""
        for call in self.nodes(ast.Call):
            yield dotted(call.func), call

    def attributes(self) -> Iterator[tuple[str, ast.Attribute]]:
        """Each `a.b.c` with its dotted name, called or not."""
        for attribute in self.nodes(ast.Attribute):
            yield dotted(attribute), attribute

    def imports(self) -> Iterator[tuple[str, int]]:
        """Each imported name in full (`os`, `os.environ`, `asyncio.create_task`) with its line."""
        for node in self.nodes(ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        for origin in self.nodes(ast.ImportFrom):
            if origin.level == 0:
                yield from ((f"{origin.module}.{alias.name}", origin.lineno) for alias in origin.names)

    @cached_property
    def strings(self) -> list[Text]:
        """The strings of a Python file without its docstrings; values in an f-string read as `{}`."""
        fstrings = self.nodes(ast.JoinedStr)
        inside = {id(part) for fstring in fstrings for part in fstring.values}
        inside.update(id(statement.value) for statement in self.nodes(ast.Expr))
        texts = [
            Text(node.lineno, node.value)
            for node in self.nodes(ast.Constant)
            if isinstance(node.value, str) and id(node) not in inside
        ]
        texts.extend(Text(node.lineno, _joined(node)) for node in fstrings)
        return texts

    @cached_property
    def statements(self) -> list[Text]:
        """Text that may be SQL, its comments blanked: a whole .sql file, or each string of a Python file."""
        texts = self.strings if self.is_python else [Text(1, self.text)] if self.is_sql else []
        return [Text(text.line, SQL_COMMENT.sub(_blank, text.value)) for text in texts]

    @cached_property
    def allows(self) -> list[Allow]:
        if "tidy: allow" not in self.text:
            return []
        found = _python_comments(self.text) if self.is_python else enumerate(self.lines, start=1)
        allows = []
        for line, comment in found:
            match = ALLOW.search(comment)
            if match:
                reasoned = match["reason"] is not None
                allows.append(Allow(line, match["code"], reasoned, self._reach(line)))
        return allows

    def _reach(self, line: int) -> frozenset[int]:
        """The lines one comment speaks for: its own statement's, or the next one's when it stands alone."""
        alone = not self.lines[line - 1].split("#")[0].strip()
        target = line + 1 if alone else line
        if not self.is_python:
            return frozenset({line, line + 1})
        spans = self._statement_spans
        at = bisect.bisect_right(spans, (target, len(self.lines))) - 1
        if at >= 0 and spans[at][0] <= target <= spans[at][1]:
            return frozenset({line, *range(spans[at][0], spans[at][1] + 1)})
        return frozenset({line, target})

    @cached_property
    def _statement_spans(self) -> list[tuple[int, int]]:
        """First and last line of each statement; of one with a body, only its head."""
        spans = []
        for kind, nodes in self._nodes.items():
            if not issubclass(kind, (ast.stmt, ast.ExceptHandler)):
                continue
            for node in nodes:
                assert isinstance(node, (ast.stmt, ast.ExceptHandler))
                body = getattr(node, "body", None)
                last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
                spans.append((node.lineno, max(last, node.lineno)))
        return sorted(spans)


@dataclass(frozen=True)
class Project:
    """All text files that rules judge: the code folders asked for, and always the papers around them."""

    root: Path
    sources: list[Source]

    def under(self, prefix: str) -> list[Source]:
        return [source for source in self.sources if source.path.startswith(prefix)]

    def find(self, path: str) -> Source | None:
        return next((source for source in self.sources if source.path == path), None)


PAPERS = ("docs", "ops", ".ci", "requirements")


def load(root: Path, folders: list[str]) -> Project:
    """Read what lies under *folders*, the papers, and the files at the root itself."""
    paths = {path for path in root.iterdir() if path.is_file()}
    for folder in {*folders, *PAPERS}:
        paths.update(path for path in (root / folder).rglob("*") if path.is_file())
    sources = []
    for path in sorted(paths):
        inside = path.relative_to(root)
        if path.suffix not in TEXT_SUFFIXES or GENERATED_FOLDERS & set(inside.parts):
            continue
        sources.append(Source(inside.as_posix(), path.read_text(encoding="utf-8")))
    return Project(root, sources)


def dotted(node: ast.expr) -> str:
    """The name an expression is written as: `a.b.c`; what cannot be written so begins with a dot."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def _joined(fstring: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in fstring.values)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _python_comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
