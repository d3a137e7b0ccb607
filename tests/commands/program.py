"""The installed program as somebody starts it: in a folder of its own, with nothing of our environment."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 40.0
POLL_S = 0.05
COMMAND = (sys.executable, "-m", "biletpro")
# Ports that are free: the program says which it took.
ANY_PORTS = {"BILETPRO_PORT": "0", "BILETPRO_BANK_PORT": "0", "BILETPRO_RPC_PORT": "0"}


@dataclass
class Running:
    """A command that has said what was waited for."""

    process: subprocess.Popen[bytes]
    output: Path
    ready_after_s: float

    def said(self) -> str:
        """All it has written so far."""
        return self.output.read_text(encoding="utf-8")

    def address(self, pattern: str = r"API\s+") -> str:
        """The first URL behind *pattern*."""
        found = re.search(pattern + r"(http://[\w.:]+)", self.said())
        assert found is not None, self.said()
        return found[1]

    def family(self) -> list[psutil.Process]:
        """Itself and everything it started."""
        itself = psutil.Process(self.process.pid)
        return [itself, *itself.children(recursive=True)]

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_TIMEOUT_S)


def environment(**given: str) -> dict[str, str]:
    """Nothing but what is given, the ports, and where programs are."""
    return {"PATH": os.defpath, **ANY_PORTS, **given}


def alive(family: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one whose new parent has not asked for its exit code yet is dead."""
    return [
        process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]


@contextmanager
def running(
    folder: Path, *arguments: str, until: str = "is ready", given: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """The command in *folder*, once it has said *until*; killed with the block if it still lives."""
    began = time.monotonic()
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".txt") as output:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env=environment(**(given or {})),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            this = Running(process, Path(output.name), 0.0)
            while until not in this.said():
                assert process.poll() is None, this.said()
                assert time.monotonic() - began < READY_TIMEOUT_S, this.said()
                time.sleep(POLL_S)
            this.ready_after_s = time.monotonic() - began
            yield this
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(STOP_TIMEOUT_S)


def run(
    folder: Path, arguments: Sequence[str], given: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """A command to its end: exit code, output, what went to standard error."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(**(given or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=READY_TIMEOUT_S,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def assert_one_line(outcome: tuple[int, str, str], *words: str) -> None:
    """The way every fault looks: exit code 1, one line with the way out, no trace."""
    code, _, errors = outcome
    assert (1, 1) == (code, len(errors.splitlines())), errors
    assert errors.startswith("biletpro: "), errors
    for word in words:
        assert word in errors
