"""Ports and passwords of the servers: chosen once, kept in the folder, one value a file."""

import os
import secrets
import socket
from pathlib import Path

from biletpro.embedded.faults import EmbeddedFault, port_in_use

# Below the range that Linux takes for outgoing connections: none has the port while the server is down.
PORT_FIRST = 20_000
PORT_LAST = 32_000
PORT_TRIES_MAX = 50
PASSWORD_BYTES = 24


def password(file: Path) -> str:
    """The password in *file*; the first call makes it."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(PASSWORD_BYTES))
    return file.read_text().strip()


def settle_port(name: str, file: Path, wanted: int | None) -> int:
    """The port to listen on: *wanted* if it is free, or else the one of last time, or else a new one."""
    if wanted is not None:
        if not _is_free(wanted):
            raise port_in_use(name, wanted)
        return wanted
    remembered = file.read_text().strip() if file.exists() else ""
    if remembered.isdigit() and _is_free(int(remembered)):
        return int(remembered)
    for _ in range(PORT_TRIES_MAX):
        port = PORT_FIRST + secrets.randbelow(PORT_LAST - PORT_FIRST)
        if _is_free(port):
            write_private(file, str(port))
            return port
    raise EmbeddedFault(
        f"no free port for {name} from {PORT_FIRST} to {PORT_LAST}",
        "stop programs that listen there, or name a port",
    )


def write_private(file: Path, text: str) -> None:
    """The whole text or nothing, readable by nobody else at any moment."""
    beside = file.with_name(file.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do it: connections of a predecessor in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
