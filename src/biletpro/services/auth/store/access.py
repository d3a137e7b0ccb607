"""Versions of rights, and what the tidying needs of its own."""

from datetime import datetime
from typing import Final
from uuid import UUID

from biletpro.adapters.postgres import Connection

ACCESS_CHANGES_MAX: Final = 10_000
PURGE_MAX: Final = 5_000


async def note_access_change(connection: Connection, subjects: list[UUID]) -> None:
    """Ends older tokens of *subjects*. The lock lasts until the commit: versions show in their order."""
    await connection.execute(
        """-- auth.lock_access_changes
        SELECT pg_advisory_xact_lock(hashtextextended('auth.access_changes', 0))"""
    )
    await connection.execute(
        """-- auth.note_access_change
        INSERT INTO auth.access_changes (subject) SELECT unnest($1::uuid[])""",
        subjects,
    )


async def newest_access_version(connection: Connection) -> int:
    found: int = await connection.fetchval(
        """-- auth.newest_access_version
        SELECT coalesce(max(version), 0) FROM auth.access_changes"""
    )
    return found


async def access_changes_since(connection: Connection, after: int) -> list[tuple[UUID, int]]:
    """At most ACCESS_CHANGES_MAX, in order of version."""
    rows = await connection.fetch(
        """-- auth.access_changes_since
        SELECT subject, version FROM auth.access_changes WHERE version > $1 ORDER BY version LIMIT $2""",
        after,
        ACCESS_CHANGES_MAX,
    )
    return [(row["subject"], row["version"]) for row in rows]


async def version_before(connection: Connection, moment: datetime) -> int:
    """The newest version older than *moment*."""
    found: int = await connection.fetchval(
        """-- auth.version_before
        SELECT coalesce(min(version) - 1, (SELECT coalesce(max(version), 0) FROM auth.access_changes))
          FROM auth.access_changes WHERE changed_at >= $1""",
        moment,
    )
    return found


async def begin_tidying(connection: Connection) -> bool:
    """False where another process is at it."""
    found: bool = await connection.fetchval(
        """-- auth.begin_tidying
        SELECT pg_try_advisory_xact_lock(hashtextextended('auth.tidying', 0))"""
    )
    return found


async def purge_access_changes(connection: Connection, before: datetime) -> None:
    await connection.execute(
        """-- auth.purge_access_changes
        DELETE FROM auth.access_changes WHERE version IN (
            SELECT version FROM auth.access_changes WHERE changed_at < $1 ORDER BY version LIMIT $2)""",
        before,
        PURGE_MAX,
    )
