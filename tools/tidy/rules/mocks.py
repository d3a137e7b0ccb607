"""mocks."""

from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

MODULES = ("unittest.mock", "mock", "pytest_mock")
# Changing the environment or the working directory of a test stays allowed.
PATCHES = frozenset(
    {"monkeypatch.setattr", "monkeypatch.delattr", "monkeypatch.setitem", "monkeypatch.delitem"}
)


class Mocks(Rule):
    code = "mocks"
    why = "a mock proves what was called, not what happens: a real server, or a fake that keeps the contract"

    def check_python(self, source: Source) -> Iterator[Finding]:
        for name, line in source.imports():
            if any(name == module or name.startswith(f"{module}.") for module in MODULES):
                yield Finding(line, f"imports {name}")
        for name, call in source.calls():
            if name in PATCHES:
                yield Finding(call.lineno, f"{name}()")
        for function in source.functions():
            if any(argument.arg == "mocker" for argument in function.args.args):
                yield Finding(function.lineno, f"{function.name} asks for mocker")
