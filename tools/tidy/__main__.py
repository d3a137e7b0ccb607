"""`python -m tidy src tests bench tools`, from the project's root."""

import sys
from pathlib import Path

from .judge import violations
from .rules import RULES
from .source import load


def main(folders: list[str]) -> int:
    project = load(Path.cwd(), folders)
    broken = violations(project, RULES)
    for violation in broken:
        sys.stdout.write(f"{violation}\n")
    sys.stdout.write(f"tidy: {len(project.sources)} files, {len(RULES)} rules, {len(broken)} violations\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
