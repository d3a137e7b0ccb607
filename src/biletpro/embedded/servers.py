"""Both embedded servers as one thing: started together, stopped together, one at a time per folder."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from biletpro.embedded.faults import EmbeddedFault, disk_full, from_os_error
from biletpro.embedded.postgres import Postgres
from biletpro.embedded.valkey import Valkey

FREE_BYTES_MIN = 200_000_000


@dataclass(frozen=True, slots=True)
class EmbeddedUrls:
    """Where the servers listen. The database's is the superuser's."""

    database_url: str
    valkey_url: str


class EmbeddedServers:
    """PostgreSQL and Valkey in *folder*. What a crash leaves there is cleared away at the next start."""

    def __init__(
        self,
        folder: Path,
        *,
        postgres_port: int | None = None,
        valkey_port: int | None = None,
        progress: Callable[[str], None],
    ) -> None:
        # Symbolic links resolved: that is how /proc names the folders of running servers.
        self._folder = folder.resolve()
        self._postgres = Postgres(self._folder / "postgres", postgres_port)
        self._valkey = Valkey(self._folder / "valkey", valkey_port)
        self._progress = progress
        self._lock: IO[str] | None = None

    async def start(self) -> EmbeddedUrls:
        """Raises EmbeddedFault, with nothing left running. The calling thread must outlive the servers."""
        assert self._lock is None, "started already"
        try:
            self._take_lock()
            self._require_space()
            if self._postgres.is_new:
                self._progress(f"Creating the database in {self._folder} (once) …")
            self._progress("Starting PostgreSQL and Valkey …")
            urls = await self._start_both()
        except OSError as error:
            await self.stop()
            raise from_os_error(error, self._folder) from error
        except BaseException:
            await self.stop()
            raise
        self._progress("PostgreSQL and Valkey are ready")
        return urls

    async def stop(self) -> None:
        """Both cleanly; after their patience is over, hard. Safe to call at any time, also twice."""
        await asyncio.gather(self._postgres.stop(), self._valkey.stop())
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def _start_both(self) -> EmbeddedUrls:
        starts = (self._postgres.start(), self._valkey.start())
        # Both are awaited even when one fails, so that no start goes on behind the stop that follows.
        database_url, valkey_url = await asyncio.gather(*starts, return_exceptions=True)
        if isinstance(database_url, BaseException):
            raise database_url
        if isinstance(valkey_url, BaseException):
            raise valkey_url
        return EmbeddedUrls(database_url, valkey_url)

    def _take_lock(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self._folder / "lock").open("a+")
        try:
            # The kernel lets go of it when we die, however we die: a lock that is held is never stale.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            raise EmbeddedFault(
                f"already running in {self._folder} (pid {holder})",
                f"use that one, stop it (kill {holder}), or name another folder",
            ) from None
        self._lock = lock
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()

    def _require_space(self) -> None:
        if shutil.disk_usage(self._folder).free < FREE_BYTES_MIN:
            raise disk_full(self._folder)
