"""An append-only file of JSON lines that survives the death of its process at any instruction.

A line is with the operating system before `append` returns, in one write; it is not forced to the disk, so a
power cut may cost the pretend bank its last seconds. One process holds a journal at a time.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_ENCODE: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode

_CLOSED: Final = -1


class JournalFault(Exception):
    """The journal cannot be used; the message names the file and why."""


class Journal:
    """Read `replay` to its end before the first `append`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._fd)
            raise JournalFault(f"{path}: another process keeps this journal") from error

    def replay(self) -> Iterator[dict[str, Any]]:
        """Every line in order; a torn last one was never answered for and is cut off. Raises JournalFault."""
        whole_bytes = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    break
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise JournalFault(f"{self._path}: line {number} is no JSON") from error
                whole_bytes += len(line)
        os.ftruncate(self._fd, whole_bytes)

    def append(self, entry: dict[str, Any]) -> None:
        """Raises OSError, and then leaves no part of the entry behind."""
        line = _ENCODE(entry).encode() + b"\n"
        written = os.write(self._fd, line)
        if written != len(line):
            os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)
            raise OSError(f"{self._path}: no room for the entry")

    def close(self) -> None:
        """Lets another process take the journal; `append` raises OSError from here on."""
        os.close(self._fd)
        self._fd = _CLOSED  # the number will be another file's
