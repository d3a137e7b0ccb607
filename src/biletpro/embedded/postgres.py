"""One PostgreSQL 18 in one folder, with the database `biletpro` in it."""

import asyncio
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

from biletpro.embedded import binaries, ports, privileges, processes
from biletpro.embedded.faults import EmbeddedFault, from_last_words
from biletpro.embedded.postgres_settings import SETTINGS

NAME = "PostgreSQL"
PROGRAM = "postgres"
DATABASE = "biletpro"
SUPERUSER = "postgres"
# Recovery after a kill reads back up to max_wal_size.
READY_TIMEOUT_S = 180.0
STOP_PATIENCE_S = 15.0
SOCKET_PATH_BYTES_MAX = 107
SOCKET_NAME_BYTES = len("/.s.PGSQL.65535.lock")
PG_HBA = """\
local all all                    scram-sha-256
host  all all       127.0.0.1/32 scram-sha-256
local replication all              scram-sha-256
host  replication all 127.0.0.1/32 scram-sha-256
"""


class Postgres:
    """Started and stopped by `EmbeddedServers`."""

    def __init__(self, folder: Path, wanted_port: int | None) -> None:
        self._folder = folder
        self._data = folder / "data"
        # Made under this name, renamed when complete: a first start that was killed leaves no half cluster.
        self._unborn = folder / "data.new"
        self._logs = folder / "log"
        self._wanted_port = wanted_port
        self._server: processes.Server | None = None

    @property
    def is_new(self) -> bool:
        return not self._data.exists()

    async def start(self) -> str:
        """The superuser's URL, once it takes connections."""
        programs = binaries.postgres_programs()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        await self._clear_away_a_predecessor()
        rights = await privileges.choose()
        password = ports.password(self._folder / "password")
        port = ports.settle_port(NAME, self._folder / "port", self._wanted_port)
        rights.own(self._folder)
        await privileges.open_way(rights, self._folder.parent, [programs / PROGRAM, self._folder])
        if self.is_new:
            await self._create(programs, rights)
        self._require_our_version()
        ports.write_private(
            self._data / "biletpro.conf", SETTINGS.format(port=port, socket=self._socket_folder())
        )
        self._logs.mkdir(mode=0o700, exist_ok=True)
        rights.own(self._folder)
        before = self._log_sizes()
        # What it says before its own log is open; that log takes over from there.
        with (self._logs / "start.log").open("wb") as stream:
            self._server = processes.launch(
                [str(programs / PROGRAM), "-D", str(self._data)],
                prefix=rights.prefix,
                folder=self._data,
                log=stream,
                farewell=signal.SIGINT,
            )
        await self._until_ready(programs, port, before)
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{DATABASE}"

    async def stop(self) -> None:
        """PostgreSQL's fast shutdown: sessions end, everything is on disk."""
        if self._server is not None:
            await self._server.end(STOP_PATIENCE_S)
            self._server = None

    async def _clear_away_a_predecessor(self) -> None:
        for folder in (self._data, self._unborn):
            await processes.end_left_over(folder, PROGRAM, signal.SIGINT, STOP_PATIENCE_S)
        # Nobody runs here any more. A pid file that stayed may carry a number that is another program's by
        # now, and PostgreSQL would then refuse to start.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        if self._unborn.exists():
            shutil.rmtree(self._unborn)

    async def _create(self, programs: Path, rights: privileges.Privileges) -> None:
        cluster = ("-D", str(self._unborn), "-U", SUPERUSER, f"--pwfile={self._folder / 'password'}")
        locale = ("-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        initdb = [*rights.prefix, str(programs / "initdb"), *cluster, "-A", "scram-sha-256", *locale]
        await self._do(initdb)
        # Single user mode needs no port and no password, and the rename below then covers the database too.
        single = [*rights.prefix, str(programs / PROGRAM), "--single", "-D", str(self._unborn), SUPERUSER]
        await self._do(single, text=f"CREATE DATABASE {DATABASE};\n")
        (self._unborn / "pg_hba.conf").write_text(PG_HBA)
        with (self._unborn / "postgresql.conf").open("a") as configuration:
            configuration.write("\ninclude 'biletpro.conf'\n")
        self._unborn.rename(self._data)

    async def _do(self, command: list[str], *, text: str = "") -> None:
        outcome = await processes.run(command, text=text)
        # Single user mode reports a failed statement and still ends with success.
        if not outcome.succeeded or "ERROR:" in outcome.output:
            raise from_last_words(NAME, 0, self._folder, outcome.output)

    def _require_our_version(self) -> None:
        stamp = self._data / "PG_VERSION"
        version = stamp.read_text().strip() if stamp.exists() else "(unknown)"
        if version != binaries.POSTGRES_MAJOR:
            raise EmbeddedFault(
                f"{self._data} holds data of PostgreSQL {version}, and this is {binaries.POSTGRES_MAJOR}",
                f"move {self._folder.parent} away to begin anew; its own pg_dump can still read it",
            )

    def _socket_folder(self) -> str:
        """As a quoted setting; empty where the path is too long for a socket, then there is TCP only."""
        path = str(self._folder)
        if len(path.encode()) + SOCKET_NAME_BYTES > SOCKET_PATH_BYTES_MAX or "," in path:
            return "''"
        return "'" + path.replace("'", "''") + "'"

    async def _until_ready(self, programs: Path, port: int, before: Mapping[Path, int]) -> None:
        assert self._server is not None, "waiting follows launching"
        question = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        for _ in range(round(READY_TIMEOUT_S / processes.POLL_S)):
            answer = await processes.run(question)
            if not self._server.lives:
                raise from_last_words(NAME, port, self._folder, self._written_since(before))
            if answer.succeeded:
                return
            await asyncio.sleep(processes.POLL_S)
        raise EmbeddedFault(
            f"{NAME} was not ready after {READY_TIMEOUT_S:g} s",
            f"read its log below {self._folder}; start it again",
        )

    def _log_sizes(self) -> dict[Path, int]:
        return {file: file.stat().st_size for file in self._logs.glob("postgres-*.log")}

    def _written_since(self, before: Mapping[Path, int]) -> str:
        """This run's lines only: an old "disk full" must not explain a new failure."""
        start = (self._logs / "start.log").read_text(errors="replace")
        own = [
            file.read_bytes()[before.get(file, 0) :].decode(errors="replace") for file in self._log_sizes()
        ]
        return "\n".join([start, *own])
