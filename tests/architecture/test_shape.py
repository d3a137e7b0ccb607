"""One folder shape for every service, and a kernel that stays small."""

import pytest

from tests.architecture.project import ROOT, SERVICES, lines_of

SHAPE = ["__init__", "domain", "migrations", "operations", "reactions", "routes", "service", "store"]
KERNEL_LINES_MAX = 500


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_always_the_same_files(name: str) -> None:
    """Whoever has read one service can find their way in all seven; a file may have become a package."""
    folder = ROOT / "src" / "biletpro" / "services" / name
    assert SHAPE == sorted(entry.stem for entry in folder.iterdir() if entry.name != "__pycache__")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_one_contract(name: str) -> None:
    """What a service promises stands in the file, or package, of its name."""
    contracts = ROOT / "src" / "biletpro" / "contracts"
    assert 1 == len([path for path in (contracts / f"{name}.py", contracts / name) if path.exists()])


@pytest.mark.parametrize("name", SERVICES)
def test_migrations_are_numbered_statements_and_no_package(name: str) -> None:
    """Nothing but NNNN_name.sql, from 0001 on without a gap."""
    files = sorted((ROOT / "src" / "biletpro" / "services" / name / "migrations").glob("[!.]*"))
    assert [".sql"] * len(files) == [file.suffix for file in files]
    assert list(range(1, len(files) + 1)) == [int(file.name[:4]) for file in files]


def test_there_are_seven_services() -> None:
    """An eighth service is a decision, not a folder."""
    folder = ROOT / "src" / "biletpro" / "services"
    found = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and entry.name != "__pycache__")
    assert list(SERVICES) == found


def test_a_package_of_a_service_says_what_it_owns_and_runs_nothing() -> None:
    """`__init__.py` of a service is prose: a docstring and no code."""
    for name in SERVICES:
        text = (
            (ROOT / "src" / "biletpro" / "services" / name / "__init__.py")
            .read_text(encoding="utf-8")
            .strip()
        )
        assert text.startswith('"""'), name
        assert text.endswith('"""'), name
        assert 2 == text.count('"""'), name


def test_the_kernel_stays_small() -> None:
    """Words that all share; what grows belongs to someone."""
    kernel = ROOT / "src" / "biletpro" / "kernel"
    assert sum(lines_of(path) for path in kernel.glob("*.py")) <= KERNEL_LINES_MAX
