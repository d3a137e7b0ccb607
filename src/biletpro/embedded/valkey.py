"""One Valkey in one folder."""

import asyncio
import signal
from pathlib import Path

from biletpro.embedded import binaries, ports, processes
from biletpro.embedded.faults import EmbeddedFault, from_last_words

NAME = "Valkey"
PROGRAM = "valkey-server"
READY_TIMEOUT_S = 60.0
STOP_PATIENCE_S = 5.0

# Relative paths, and the folder as working directory: a socket's whole path may have 107 bytes only.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
unixsocket valkey.sock
unixsocketperm 700
requirepass {password}
daemonize no
dir .
save ""
appendonly yes
appendfsync everysec
maxmemory 256mb
maxmemory-policy volatile-ttl
loglevel notice
"""


class Valkey:
    """Started and stopped by `EmbeddedServers`."""

    def __init__(self, folder: Path, wanted_port: int | None) -> None:
        self._folder = folder
        self._log = folder / "valkey.log"
        self._wanted_port = wanted_port
        self._server: processes.Server | None = None

    async def start(self) -> str:
        """The URL, once it answers."""
        program = binaries.valkey_server()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        await processes.end_left_over(self._folder, PROGRAM, signal.SIGTERM, STOP_PATIENCE_S)
        password = ports.password(self._folder / "password")
        port = ports.settle_port(NAME, self._folder / "port", self._wanted_port)
        ports.write_private(self._folder / "valkey.conf", CONFIGURATION.format(port=port, password=password))
        if self._log.exists():
            self._log.replace(self._log.with_name("valkey.log.before"))
        with self._log.open("wb") as stream:
            self._server = processes.launch(
                [str(program), "valkey.conf"], folder=self._folder, log=stream, farewell=signal.SIGTERM
            )
        await self._until_ready(port, password)
        return f"redis://:{password}@127.0.0.1:{port}/0"

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.end(STOP_PATIENCE_S)
            self._server = None

    async def _until_ready(self, port: int, password: str) -> None:
        assert self._server is not None, "waiting follows launching"
        for _ in range(round(READY_TIMEOUT_S / processes.POLL_S)):
            if not self._server.lives:
                raise from_last_words(NAME, port, self._folder, self._written())
            if await _answers(port, password):
                return
            await asyncio.sleep(processes.POLL_S)
        raise EmbeddedFault(
            f"{NAME} was not ready after {READY_TIMEOUT_S:g} s",
            f"read its log {self._log}; start again when it is mended",
        )

    def _written(self) -> str:
        return self._log.read_text(errors="replace")


async def _answers(port: int, password: str) -> bool:
    """Whether it takes commands: while it still reads its file from disk it answers -LOADING."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(f"AUTH {password}\r\nPING\r\n".encode())
        return [await reader.readline(), await reader.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
    except OSError:
        return False
    finally:
        writer.close()
