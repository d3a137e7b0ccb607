"""A small toolbox: start in a folder, ask the servers something, find what still runs."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from biletpro.embedded import processes
from biletpro.embedded.servers import EmbeddedUrls

VICTIM = Path(__file__).with_name("victim.py")


async def query(urls: EmbeddedUrls, statement: str) -> object:
    connection = await asyncpg.connect(urls.database_url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def valkey(urls: EmbeddedUrls, *commands: str) -> list[bytes]:
    """The lines of the answers, without the one to AUTH."""
    place = urlsplit(urls.valkey_url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        writer.write(
            "".join(f"{line}\r\n" for line in (f"AUTH {place.password}", *commands, "QUIT")).encode()
        )
        return (await reader.read()).split(b"\r\n")[1:-2]
    finally:
        writer.close()
        await writer.wait_closed()


def running_in(folder: Path) -> set[str]:
    """The programs that serve in *folder* now."""
    return {name for name, place in _places(folder).items() if processes.left_over(place, name)}


def kill_whatever_runs_in(folder: Path) -> None:
    for name, place in _places(folder).items():
        for pid in processes.left_over(place, name):
            os.kill(pid, signal.SIGKILL)


def _places(folder: Path) -> dict[str, Path]:
    return {"postgres": folder / "postgres" / "data", "valkey-server": folder / "valkey"}


async def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    for _ in range(round(timeout_s / 0.05)):
        if condition():
            return True
        await asyncio.sleep(0.05)
    return condition()


def begin_victim(folder: Path) -> tuple["subprocess.Popen[str]", EmbeddedUrls]:
    """Another process that serves in *folder*, ready."""
    process = subprocess.Popen([sys.executable, str(VICTIM), str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None, "asked for above"
    word, *urls = process.stdout.readline().split()
    assert word == "ready", urls
    return process, EmbeddedUrls(*urls)


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()
