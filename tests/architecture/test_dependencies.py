"""Each dependency is argued for and locked."""

import importlib.metadata
import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.architecture.project import ROOT

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
ROW = re.compile(r"^\| (?!package )([a-z0-9][a-z0-9-]*) \|", re.MULTILINE)
LOCKED = re.compile(r"^([a-z0-9-]+)(?:\[[\w,]+\])?==\S+", re.MULTILINE)
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    found = (NAME.match(requirement) for requirement in requirements)
    return {match[0].lower().replace("_", "-") for match in found if match}


RUNTIME = names(PYPROJECT["project"]["dependencies"])
BUILD = names(PYPROJECT["dependency-groups"]["build"])
DEVELOPMENT = names(PYPROJECT["dependency-groups"]["dev"])
LOCKS = [("runtime.txt", RUNTIME | BUILD), ("development.txt", RUNTIME | BUILD | DEVELOPMENT)]
EXTRAS = [
    (requirement.name, extra)
    for requirement in map(Requirement, PYPROJECT["project"]["dependencies"])
    for extra in requirement.extras
]


def locked_in(file: str) -> set[str]:
    return set(LOCKED.findall((ROOT / "requirements" / file).read_text(encoding="utf-8")))


def test_each_direct_dependency_has_a_line_that_argues_for_it() -> None:
    """docs/decisions/dependencies.md lists what pyproject.toml asks for, and nothing else, once each."""
    rows = ROW.findall((ROOT / "docs" / "decisions" / "dependencies.md").read_text(encoding="utf-8"))
    assert sorted(RUNTIME | BUILD | DEVELOPMENT) == sorted(rows)


@pytest.mark.parametrize(("file", "direct"), LOCKS)
def test_each_direct_dependency_is_locked(file: str, direct: set[str]) -> None:
    """A dependency that was added and not locked would be missing on a fresh machine."""
    assert set() == direct - locked_in(file)


def test_development_holds_the_same_versions_as_the_program() -> None:
    """What is tested is what runs; tools of development are not shipped."""
    runtime, development = (
        set(
            re.findall(r"^\S+==\S+", (ROOT / "requirements" / file).read_text(encoding="utf-8"), re.MULTILINE)
        )
        for file in ("runtime.txt", "development.txt")
    )
    assert set() == runtime - development
    shipped = {requirement.split("==")[0] for requirement in runtime}
    assert set() == DEVELOPMENT & shipped


@pytest.mark.parametrize("file", ["runtime.txt", "development.txt"])
def test_every_locked_version_has_hashes_and_no_address(file: str) -> None:
    """Any mirror will do, as the hashes decide (docs/decisions/0001)."""
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    unhashed = [
        entry.split()[0] for entry in re.split(r"\n(?=[a-z0-9])", text) if "--hash=sha256:" not in entry
    ]
    assert [] == unhashed
    assert "://" not in text


@pytest.mark.parametrize(("file", "direct"), LOCKS)
def test_what_is_locked_is_needed(file: str, direct: set[str]) -> None:
    """A lock holds the direct dependencies, what these need, and nothing left over from an earlier day."""
    needed: set[str] = set()
    waiting = [(name, "") for name in direct] + EXTRAS
    while waiting:
        name, extra = waiting.pop()
        needed.add(name)
        for text in importlib.metadata.requires(name) or []:
            requirement = Requirement(text)
            found = requirement.name.lower().replace("_", "-")
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [(found, wanted) for wanted in ("", *requirement.extras) if found not in needed]
            elif "extra" not in str(requirement.marker):
                needed.add(found)  # by another system or an older Python
    assert set() == locked_in(file) - needed
