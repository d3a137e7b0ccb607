"""A freshly started system to measure: own servers, every migration, all seven services in one process."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import asyncpg

from biletpro.adapters.environment import Secret
from biletpro.adapters.migrate import ALL_SERVICES_LOGIN, migrate
from biletpro.assembly import NAMES, SCHEMAS
from biletpro.embedded.servers import EmbeddedServers, EmbeddedUrls

from .processes import HOST, free_port, running

# Where `biletpro up` keeps its data: a temporary folder may be in memory, where a commit costs nothing.
FOLDER: Final = Path(".biletpro")


# The superuser's connection, past the program.
Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class System:
    """Where it listens, and the superuser's way into its database."""

    port: int
    admin_url: str
    folder: Path

    @property
    def log(self) -> Path:
        """What the program complains of."""
        return self.folder / "program.log"

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"


def _key() -> str:
    return f"1:{os.urandom(32).hex()}"


def _environment(folder: Path, urls: EmbeddedUrls, password: Secret, port: int) -> dict[str, str]:
    """What the program must be told; nothing here is about durability."""
    server = urls.database_url.rsplit("@", 1)[1]
    return {
        "BILETPRO_PORT": str(port),
        "BILETPRO_BANK_PORT": str(free_port()),
        "BILETPRO_RPC_PORT": str(free_port()),
        "BILETPRO_DATA_FOLDER": str(folder),
        "BILETPRO_DATABASE_URL": f"postgresql://{ALL_SERVICES_LOGIN}:{password}@{server}",
        "BILETPRO_VALKEY_URL": urls.valkey_url,
        "BILETPRO_SECRET_KEYS": _key(),
        "BILETPRO_TOKEN_KEYS": _key(),
        "BILETPRO_TICKET_KEYS": _key(),
        "BILETPRO_RPC_SECRET": os.urandom(24).hex(),
        "BILETPRO_BANK_SECRET": os.urandom(24).hex(),
        "BILETPRO_RATE_LIMITS": "off",
    }


@contextlib.asynccontextmanager
async def fresh_system(progress: Callable[[str], None]) -> AsyncIterator[System]:
    """Started in a new folder, which goes with it. Raises EmbeddedFault, BenchFault, MigrationFault."""
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=FOLDER.resolve()))
    servers = EmbeddedServers(folder, progress=progress)
    try:
        urls = await servers.start()
        password = Secret(os.urandom(18).hex())
        progress("Making the schemas …")
        await migrate(urls.database_url, SCHEMAS, password, lambda _line: None)
        port = free_port()
        system = System(port, urls.database_url, folder)
        environment = _environment(folder, urls, password, port)
        async with running("biletpro", "serve", *NAMES, port=port, log=system.log, environment=environment):
            progress("All seven services are on")
            yield system
    finally:
        await servers.stop()
        shutil.rmtree(folder)
