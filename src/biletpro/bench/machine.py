"""On what, and of which state of the code, figures were taken."""

import platform
import subprocess
from pathlib import Path
from typing import Final

import psutil

GIB: Final = 2**30
GIT_TIMEOUT_S: Final = 5.0


def machine() -> dict[str, str | int | float]:
    """Processor, cores, memory, system."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(logical=True) or 0,
        "memory_gib": round(psutil.virtual_memory().total / GIB, 1),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()


def commit() -> str:
    """The commit of the checkout that this runs from, with a mark where files differ; else "unknown"."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=GIT_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return described.stdout.strip()
