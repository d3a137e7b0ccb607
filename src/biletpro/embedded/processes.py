"""Programs we start: short ones that are awaited, and servers that die with us."""

import asyncio
import contextlib
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from biletpro.embedded.faults import EmbeddedFault

POLL_S = 0.02
# Past TERM and INT a server that still lives is killed; its files survive that (recovery on the next start).
KILL_PATIENCE_S = 5.0
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Nothing of the caller's environment: a PGDATA, PGPORT or a locale that is not installed would reach initdb.
ENVIRONMENT: Mapping[str, str] = {"PATH": SYSTEM_FOLDERS, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a short program left behind."""

    succeeded: bool
    output: str

    @property
    def last_line(self) -> str:
        lines = self.output.strip().splitlines()
        return lines[-1].strip() if lines else "it said nothing"


def program(name: str) -> Path:
    """A program of the operating system."""
    found = shutil.which(name, path=SYSTEM_FOLDERS)
    if found is None:
        raise EmbeddedFault(
            f"the program {name} is missing", "install util-linux, coreutils and passwd with apt-get"
        )
    return Path(found)


async def run(command: Sequence[str], *, text: str = "", timeout_s: float = 60.0) -> Outcome:
    """Run to the end, feeding *text*; the program does not outlive this call."""
    with _holding(text) as stdin:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
            start_new_session=True,
        )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), timeout_s)
    except TimeoutError:
        raise EmbeddedFault(
            f"{Path(command[0]).name} took longer than {timeout_s:g} s",
            "the machine is too busy; start again",
        ) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return Outcome(process.returncode == 0, output.decode(errors="replace"))


@contextlib.contextmanager
def _holding(text: str) -> Iterator[int]:
    """A pipe's end from which *text* is read.

    Written before there is a reader: a program that ends unread closes uvloop's transport under our hands.
    """
    assert len(text) < select.PIPE_BUF, "a pipe takes no more before somebody reads"
    read_end, write_end = os.pipe()
    try:
        os.write(write_end, text.encode())
        os.close(write_end)
        yield read_end
    finally:
        os.close(read_end)


class Server:
    """A server program of ours.

    It has a session of its own, so that Ctrl-C reaches us and not it: it still serves while the last
    requests are answered.
    """

    def __init__(self, process: subprocess.Popen[bytes], farewell: signal.Signals) -> None:
        self._process = process
        self._farewell = farewell

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    async def end(self, patience_s: float) -> None:
        """The clean way first; after *patience_s* the hard one."""
        if self.lives:
            self._process.send_signal(self._farewell)
        if not await _until_dead(self, patience_s):
            self._process.kill()
            await _until_dead(self, KILL_PATIENCE_S)


def launch(
    command: Sequence[str],
    *,
    prefix: Sequence[str] = (),
    folder: Path,
    log: IO[bytes],
    farewell: signal.Signals,
) -> Server:
    """Start a server in *folder* that gets *farewell* from the kernel when we die, however we die.

    setpriv comes last before the program: entering a user namespace or changing the user clears that wish.
    """
    # The kernel watches the thread that calls this, not the process: it must live as long as the server.
    process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
        [*prefix, str(program("setpriv")), "--pdeathsig", farewell.name.removeprefix("SIG"), *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=ENVIRONMENT,
        start_new_session=True,
    )
    return Server(process, farewell)


def left_over(folder: Path, name: str) -> dict[int, int]:
    """Processes of the program *name* at work in *folder*, each with its parent.

    Servers work in their data folder, so this holds where a pid file is stale or its number belongs to
    somebody else by now.
    """
    found: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # A rebuilt .venv leaves "… (deleted)" behind the name of a program that still runs.
            image = (entry / "exe").readlink().name.removesuffix(" (deleted)")
            if image == name and (entry / "cwd").readlink() == folder:
                status = (entry / "stat").read_text()
                found[int(entry.name)] = int(status.rpartition(")")[2].split()[1])
        except OSError:
            continue  # Ended while we looked, or another user's: not ours in either case.
    return found


async def end_left_over(folder: Path, name: str, farewell: signal.Signals, patience_s: float) -> bool:
    """Stop what a killed predecessor left running; True when there was something."""
    found = left_over(folder, name)
    if not found:
        return False
    for pid, parent in found.items():
        if parent not in found:
            _signal(pid, farewell)
    for _ in range(round(patience_s / POLL_S)):
        if not left_over(folder, name):
            return True
        await asyncio.sleep(POLL_S)
    for pid in left_over(folder, name):
        _signal(pid, signal.SIGKILL)
    await asyncio.sleep(POLL_S)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


async def _until_dead(server: Server, patience_s: float) -> bool:
    for _ in range(round(patience_s / POLL_S)):
        if not server.lives:
            return True
        await asyncio.sleep(POLL_S)
    return not server.lives
