"""Schema changes: numbered `.sql` files a service, each once, under an advisory lock, as the schema's owner.

Roles (docs/decisions/0009): for every service an owner (no login), a tenant and a system role, and a login that may
take the last two; one more login may take all of them, for the one-process mode.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from .environment import Secret

ADVISORY_LOCK: Final = 0x62696C6574  # "bilet"
LOCK_TIMEOUT: Final = "5s"
# A migration has its own, longer limit than the services, and no long work in one transaction.
STATEMENT_TIMEOUT: Final = "60s"
PLUMBING: Final = Path(__file__).parent / "plumbing"
# A long write transaction holds all events back (the feed reads below the oldest xid), so none may be long.
ROLE_LIMITS: Final = {
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
    "transaction_timeout": "30s",
    "lock_timeout": "4s",
}
ALL_SERVICES_LOGIN: Final = "biletpro_all"
_FILE_NAME = re.compile(r"\d{4}_[a-z0-9_]+\.sql")
_PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,}")


class MigrationFault(Exception):
    """The schema cannot be brought to this release; the message says why."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A service's schema and the folder of its migrations."""

    name: str
    folder: Path


def files_of(folder: Path) -> list[Path]:
    """The migrations in order. Raises MigrationFault for a stray or doubled number."""
    files = sorted(folder.glob("*.sql"))
    numbers = [int(file.name[:4]) for file in files if _FILE_NAME.fullmatch(file.name)]
    if numbers != list(range(1, len(files) + 1)):
        raise MigrationFault(f"{folder}: migrations must be numbered 0001, 0002, … without a gap")
    return files


async def migrate(
    admin_url: str, schemas: Sequence[Schema], password: Secret, progress: Callable[[str], None]
) -> int:
    """Bring every schema to this release; how many files were applied. Raises MigrationFault."""
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        await _make_roles(connection, schemas, password)
        applied = 0
        for schema in schemas:
            applied += await _migrate_schema(connection, schema, progress)
        return applied
    finally:
        await connection.close()


async def _make_roles(
    connection: "asyncpg.Connection[asyncpg.Record]", schemas: Sequence[Schema], password: Secret
) -> None:
    if not _PASSWORD.fullmatch(password):
        raise MigrationFault("the database password must be 16 or more letters, digits, - or _")
    await _make_role(connection, ALL_SERVICES_LOGIN, f"LOGIN NOINHERIT PASSWORD '{password}'")
    for schema in schemas:
        owner, tenant, system = (f"{schema.name}_{part}" for part in ("owner", "tenant", "system"))
        login = f"{schema.name}_login"
        for role in (owner, tenant, system):
            await _make_role(connection, role, "NOLOGIN NOINHERIT")
        await _make_role(connection, login, f"LOGIN NOINHERIT PASSWORD '{password}'")
        for member in (login, ALL_SERVICES_LOGIN):
            await connection.execute(f"GRANT {tenant}, {system} TO {member}")
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema.name} AUTHORIZATION {owner}")
        await connection.execute(f"GRANT USAGE ON SCHEMA {schema.name} TO {tenant}, {system}")


async def _make_role(connection: "asyncpg.Connection[asyncpg.Record]", role: str, options: str) -> None:
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    await connection.execute(f"{'ALTER' if exists else 'CREATE'} ROLE {role} {options}")
    # Limits count at login, so they stand on the logins; SET ROLE keeps them.
    if "LOGIN NOINHERIT PASSWORD" in options:
        for name, value in ROLE_LIMITS.items():
            await connection.execute(f"ALTER ROLE {role} SET {name} = '{value}'")


async def _migrate_schema(
    connection: "asyncpg.Connection[asyncpg.Record]", schema: Schema, progress: Callable[[str], None]
) -> int:
    await connection.execute(
        f"""CREATE TABLE IF NOT EXISTS {schema.name}.migrations (
                series text NOT NULL,
                number integer NOT NULL,
                name text NOT NULL,
                digest text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now(),
                CONSTRAINT migrations_key PRIMARY KEY (series, number))"""
    )
    applied = 0
    for series, folder in (("plumbing", PLUMBING), ("own", schema.folder)):
        applied += await _migrate_series(connection, schema.name, series, folder, progress)
    if applied:
        await connection.execute(f"SELECT {schema.name}.make_months(current_date)")
    return applied


async def _migrate_series(
    connection: "asyncpg.Connection[asyncpg.Record]",
    schema: str,
    series: str,
    folder: Path,
    progress: Callable[[str], None],
) -> int:
    rows = await connection.fetch(
        f"SELECT number, digest FROM {schema}.migrations WHERE series = $1 ORDER BY number", series
    )
    known = {row["number"]: row["digest"] for row in rows}
    files = files_of(folder)
    if len(known) > len(files):
        raise MigrationFault(f"{schema}: the database is ahead of this release; start the newer one")
    applied = 0
    for number, file in enumerate(files, start=1):
        text = file.read_text()
        if series == "plumbing":
            text = text.replace("SCHEMA", schema)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if number in known:
            if known[number] != digest:
                raise MigrationFault(f"{schema}/{file.name} was changed after it had been applied")
            continue
        progress(f"migrating {schema}: {file.stem}")
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {schema}_owner")
            await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            await connection.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
            await connection.execute(text)
            await connection.execute("RESET ROLE")
            await connection.execute(
                f"INSERT INTO {schema}.migrations (series, number, name, digest) VALUES ($1, $2, $3, $4)",
                series,
                number,
                file.name,
                digest,
            )
        applied += 1
    return applied
