"""What can keep the embedded servers from running, as one line each and the way out."""

import errno
import re
from pathlib import Path

ALARMING = re.compile(r"FATAL|PANIC|ERROR|error:")


class EmbeddedFault(Exception):
    """The servers cannot run here; a person can mend it with *remedy*."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}: {remedy}")
        self.message = message
        self.remedy = remedy


def disk_full(folder: Path) -> EmbeddedFault:
    return EmbeddedFault(
        f"the disk below {folder} is full",
        "free some space there (300 MB are enough to begin with) and start again; nothing was lost",
    )


def port_in_use(name: str, port: int) -> EmbeddedFault:
    return EmbeddedFault(
        f"port {port} on 127.0.0.1, wanted by {name}, is in use",
        f"stop the program that holds it (ss -ltnp 'sport = :{port}' names it) or choose another port",
    )


def from_os_error(error: OSError, folder: Path) -> EmbeddedFault:
    """The line for a refusal of the operating system while we worked in *folder*."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(folder)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}:
        return EmbeddedFault(
            f"{folder} cannot be written ({error.strerror})",
            "give it to the user who starts this, or name another folder",
        )
    return EmbeddedFault(
        f"{error.strerror or error} ({error.filename or folder})",
        "mend that and start again; nothing was lost",
    )


def from_last_words(name: str, port: int, folder: Path, words: str) -> EmbeddedFault:
    """The line for a program that ended instead of serving; *words* is what it wrote in this run."""
    folded = words.casefold()
    if "no space left on device" in folded:
        return disk_full(folder)
    if "address already in use" in folded:
        return port_in_use(name, port)
    if "permission denied" in folded:
        return EmbeddedFault(
            f"{name} may not use {folder}",
            "give it to the user who starts this (chown -R), or name another folder",
        )
    lines = [line for line in words.splitlines() if line.strip()]
    # A client that came too early (our own question whether it is ready) is told so as FATAL.
    alarming = [line for line in lines if ALARMING.search(line) and "is starting up" not in line]
    reason = (alarming or lines or ["it said nothing"])[-1].strip()
    return EmbeddedFault(f"{name} did not start ({reason})", f"its logs are below {folder}")
