"""Serving applications on sockets of this process, until told to stop."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Iterator, Sequence
from typing import Final

import uvicorn
from starlette.types import ASGIApp

BACKLOG: Final = 4_096
SHUTDOWN_TIMEOUT_S: Final = 10
# Requests make no cycles worth looking for often; a rare, frozen-start collection keeps p99 flat.
GC_THRESHOLD: Final = 50_000


class PortTaken(Exception):
    """Another program listens there; the message names the address."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises PortTaken."""
    # asyncio turns Nagle's algorithm off only for sockets that say their protocol; with it an answer waits 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTaken(f"{host}:{port} cannot be listened on: {error.strerror}") from error
    bound.listen(BACKLOG)
    bound.set_inheritable(True)
    return bound


class _Server(uvicorn.Server):
    """One of several in a loop: signals are the process's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(apps: Sequence[tuple[ASGIApp, socket.socket]], stop: asyncio.Event) -> None:
    """Serve until *stop* is set, then let running requests end, at most SHUTDOWN_TIMEOUT_S."""
    servers = [
        _Server(
            uvicorn.Config(
                app,
                http="httptools",
                lifespan="on",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
            )
        )
        for app, _ in apps
    ]
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 20)

    async def end() -> None:
        await stop.wait()
        for server in servers:
            server.should_exit = True

    async with asyncio.TaskGroup() as group:
        ending = group.create_task(end())
        runs = [
            group.create_task(server.serve(sockets=[bound]))
            for server, (_, bound) in zip(servers, apps, strict=True)
        ]
        await asyncio.wait(runs)
        ending.cancel()


def stop_on_signals(stop: asyncio.Event) -> None:
    """Ctrl-C and TERM set *stop*."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
