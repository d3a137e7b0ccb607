"""PostgreSQL: a bounded pool and two doors to it, and the names that turn its constraints into refusals.

A transaction opens with one message, `BEGIN; SET LOCAL ROLE …; SET LOCAL app.org = …`. `tenant` sees one firm's rows
(row-level security); `system` sees all and says why (docs/rules/system-role.md lists every reason).
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg
from asyncpg.connection import LoggedQuery
from asyncpg.pool import PoolConnectionProxy
from prometheus_client import Histogram

from biletpro.kernel.errors import Busy, Invalid, Refusal

from . import telemetry

POOL_MAX: Final = 20
POOL_IDLE_S: Final = 30
CONNECT_TIMEOUT_S: Final = 2
COMMAND_TIMEOUT_S: Final = 10
ACQUIRE_TIMEOUT_S: Final = 3

if TYPE_CHECKING:  # generic in its stubs alone
    from .leadership import Leadership

    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection | PoolConnectionProxy
    Pool = asyncpg.Pool
Record = asyncpg.Record

# The first comment of a statement is its name in the histogram of statement times.
_STATEMENT_NAME = re.compile(r"\s*--\s*([a-z_0-9.]+)")
_names: dict[str, str] = {}


def _statement_name(query: str) -> str:
    if query.startswith("BEGIN"):  # names a firm, so its text has no bounded number of forms
        return "begin"
    name = _names.get(query)
    if name is None:
        found = _STATEMENT_NAME.match(query)
        name = found[1] if found else query.split(None, 1)[0].lower().rstrip(";")
        _names[query] = name
    return name


_timers: dict[str, Histogram] = {}


def _observe(query: LoggedQuery) -> None:
    name = _statement_name(query.query)
    timer = _timers.get(name)
    if timer is None:
        timer = telemetry.STATEMENT_SECONDS.labels(name)
        _timers[name] = timer
    timer.observe(query.elapsed)


async def _prepare_connection(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    connection.add_query_logger(_observe)


async def _keep_as_is(_connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Nothing is ever set outside a transaction (SET LOCAL only), so there is nothing to reset."""


async def open_pool(url: str, *, name: str, size_max: int = POOL_MAX) -> Pool:
    """A pool of at most *size_max* connections. Raises OSError or asyncpg.PostgresError when none can be had."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size_max,
        max_inactive_connection_lifetime=POOL_IDLE_S,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=COMMAND_TIMEOUT_S,
        init=_prepare_connection,
        reset=_keep_as_is,
        server_settings={"application_name": f"biletpro-{name}", "jit": "off", "timezone": "UTC"},
    )


class Database:
    """One service's part of the database: its schema, and the two roles that its code may take."""

    def __init__(self, pool: Pool, schema: str, leadership: "Leadership") -> None:
        self._pool = pool
        self.schema = schema
        self.leadership = leadership

    @asynccontextmanager
    async def tenant(self, organization_id: UUID) -> AsyncIterator[Connection]:
        """A transaction that sees only this firm's rows."""
        opening = f"BEGIN; SET LOCAL ROLE {self.schema}_tenant; SET LOCAL app.org = '{organization_id}'"
        async with self._transaction(opening) as connection:
            yield connection

    @asynccontextmanager
    async def system(self, reason: str) -> AsyncIterator[Connection]:
        """A transaction that sees every firm's rows; *reason* stands in docs/rules/system-role.md."""
        assert reason, "the system role is never taken without a reason"
        async with self._transaction(f"BEGIN; SET LOCAL ROLE {self.schema}_system") as connection:
            yield connection

    async def call(self, statement: str, argument: object) -> Any:
        """One statement that calls a batch's function, which runs as the schema's owner; its own transaction.

        One message instead of three: with small batches the other two cost more than the work
        (docs/decisions/0012).
        """
        async with self._connection() as connection:
            return await connection.fetchval(statement, argument)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            connection = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        except (
            TimeoutError,
            OSError,
            asyncpg.PostgresConnectionError,
            asyncpg.CannotConnectNowError,
        ) as error:
            raise Busy("the database cannot be reached") from error
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    @asynccontextmanager
    async def _transaction(self, opening: str) -> AsyncIterator[Connection]:
        async with self._connection() as connection:
            await connection.execute(opening)
            try:
                yield connection
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")

    async def ping(self) -> None:
        """Raises when the database does not answer."""
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
            await connection.fetchval("SELECT 1")


@contextmanager
def constraints(refusals: Mapping[str, type[Refusal]]) -> Iterator[None]:
    """A violated constraint named in *refusals* becomes its refusal; any other stays a bug."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        refusal = refusals.get(error.constraint_name or "")
        if refusal is None:
            raise
        raise refusal from error


def bounded_limit(limit: int, limit_max: int) -> int:
    """The page size asked for. Raises Invalid(field=limit)."""
    if not 1 <= limit <= limit_max:
        raise Invalid(f"from 1 to {limit_max}", field="limit")
    return limit
