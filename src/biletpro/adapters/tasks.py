"""Background work: the one place that starts tasks, keeps them, and stops them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

from biletpro.kernel.errors import Refusal

RESTART_DELAY_S: Final = 1.0
STOP_TIMEOUT_S: Final = 10.0

log = structlog.get_logger()


class Tasks:
    """The tasks of one process. A loop that fails is reported and begun again; it never dies silently."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopping = False

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run *work* beside the caller; a failure is logged when it ends."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def keep(self, loop: Callable[[], Awaitable[None]], name: str) -> None:
        """Run *loop* for as long as the process lives, begun again `RESTART_DELAY_S` after a failure."""
        self.start(self._forever(loop, name), name)

    async def _forever(self, loop: Callable[[], Awaitable[None]], name: str) -> None:
        while not self._stopping:
            try:
                await loop()
            # tidy: allow blind-except - the one supervisor: reported, then begun again
            except Exception:
                log.exception("loop_failed", loop=name)
            await asyncio.sleep(RESTART_DELAY_S)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None and not isinstance(failure, Refusal):
            log.error("task_failed", task=task.get_name(), exc_info=failure)

    async def stop(self) -> None:
        """Cancel what still runs and wait for it, at most `STOP_TIMEOUT_S`."""
        self._stopping = True
        waiting = list(self._tasks)
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting, timeout=STOP_TIMEOUT_S)
