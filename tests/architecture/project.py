"""Where things lie in the project."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("analytics", "auth", "event", "file", "notification", "organization", "sales")


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
