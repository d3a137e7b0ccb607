"""The bench's child processes: servers that must be up before load comes, and the generator of that load."""

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

from .plans import Outcome, Plan

HOST: Final = "127.0.0.1"
READY_TIMEOUT_S: Final = 30.0
READY_POLL_S: Final = 0.02
STOP_TIMEOUT_S: Final = 20.0
GENERATOR_PATIENCE_S: Final = 60.0


class BenchFault(Exception):
    """The bench cannot go on; the message says why."""


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


async def _until_listening(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while process.returncode is None and time.monotonic() < deadline:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(READY_POLL_S)
        else:
            writer.close()
            return
    raise BenchFault(
        f"a server of the bench did not start (exit code {process.returncode}): {complaints(log)[-1:]}"
    )


def complaints(log: Path) -> list[str]:
    """What a server of the bench has complained of, line by line."""
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


@contextlib.asynccontextmanager
async def running(
    *arguments: str, port: int, log: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m ARGUMENTS`, listening on *port*; complains to *log*, is told to stop. Raises BenchFault."""
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            env=None if environment is None else dict(environment),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=stream,
        )
    try:
        await _until_listening(process, port, log)
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def drive(plan: Plan) -> Outcome:
    """The plan, carried out by a process of its own. Raises BenchFault."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "biletpro.bench.loadgen",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(plan.warm_up_s + plan.duration_s + GENERATOR_PATIENCE_S):
            answer, _ = await process.communicate(plan.to_json().encode())
    except TimeoutError as error:
        raise BenchFault(f"the load generator of {plan.script} did not end") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise BenchFault(f"the load generator of {plan.script} failed (exit code {process.returncode})")
    return Outcome.from_json(answer.decode())
