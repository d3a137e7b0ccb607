"""create-task."""

from collections.abc import Iterator

from tidy.rule import Rule
from tidy.source import Finding, Source

HOME = "src/biletpro/adapters/tasks.py"
NAMES = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


class CreateTask(Rule):
    code = "create-task"
    why = f"a task that nobody holds is lost with its error: {HOME}, or an asyncio.TaskGroup"

    def check_python(self, source: Source) -> Iterator[Finding]:
        if source.path == HOME:
            return
        for name, line in source.imports():
            if name in NAMES:
                yield Finding(line, f"imports {name}")
        for name, attribute in source.attributes():
            if name in NAMES or name.endswith("loop.create_task"):
                yield Finding(attribute.lineno, name)
