"""Work that only one process of the fleet does at a time: advisory locks on the process's one direct connection.

A lock lives exactly as long as the connection, so a process that dies or is cut off gives all its work up at once.
"""

import asyncio
import time
from typing import Final

import asyncpg

RETRY_S: Final = 1.0
CONNECT_TIMEOUT_S: Final = 2
PROVEN_FOR_S: Final = 1.0


class LeadershipLost(Exception):
    """The direct connection is gone; another process may lead by now."""


class Lease:
    """Proof that some work is ours."""

    def __init__(self, owner: "Leadership", connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._owner = owner
        self._connection = connection

    async def prove(self) -> None:
        """Raises LeadershipLost when the connection that holds the lock is gone."""
        await self._owner.prove(self._connection)


class Leadership:
    """All the leases of one process, on one connection."""

    def __init__(self, direct_url: str, name: str) -> None:
        self._direct_url = direct_url
        self._name = name
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._talking = asyncio.Lock()
        self._proven_at = 0.0

    async def lead(self, work: str) -> Lease:
        """Wait until *work* is ours."""
        while True:
            async with self._talking:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await asyncpg.connect(
                        self._direct_url,
                        timeout=CONNECT_TIMEOUT_S,
                        server_settings={"application_name": f"biletpro-{self._name}-direct"},
                    )
                connection = self._connection
                ours = await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", work)
            if ours:
                return Lease(self, connection)
            await asyncio.sleep(RETRY_S)

    async def prove(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """See Lease.prove. One proof a PROVEN_FOR_S serves all leases."""
        async with self._talking:
            if connection is not self._connection or connection.is_closed():
                raise LeadershipLost
            if time.monotonic() - self._proven_at > PROVEN_FOR_S:
                try:
                    await connection.execute("SELECT 1")
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    connection.terminate()
                    raise LeadershipLost from error
                self._proven_at = time.monotonic()

    async def close(self) -> None:
        """Give every lease up."""
        if self._connection is not None:
            self._connection.terminate()
