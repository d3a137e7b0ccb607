"""Users, and the failed sign-ins that lock an e-mail out."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from biletpro.adapters.postgres import Connection, Record

from ..domain import Account, Failures

PURGE_MAX: Final = 5_000


def _account(row: Record | None) -> Account | None:
    return None if row is None else Account(**dict(row))


async def insert_user(
    connection: Connection,
    id: UUID,
    email: str,
    key: str,
    name: str,
    locale: str,
    password_hash: str,
    *,
    operator: bool,
) -> bool:
    """False, and nothing is written, where the e-mail is somebody's already."""
    row = await connection.fetchrow(
        """-- auth.insert_user
        INSERT INTO auth.users (id, email, email_key, name, locale, password_hash, operator)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT ON CONSTRAINT users_one_per_email DO NOTHING RETURNING id""",
        id,
        email,
        key,
        name,
        locale,
        password_hash,
        operator,
    )
    return row is not None


async def find_user_by_email(connection: Connection, key: str) -> Account | None:
    return _account(
        await connection.fetchrow(
            """-- auth.find_user_by_email
            SELECT id, email, name, locale, operator, verified_at IS NOT NULL AS verified,
                   disabled_at IS NOT NULL AS disabled, password_hash, last_organization_id, version
              FROM auth.users WHERE email_key = $1""",
            key,
        )
    )


async def find_user(connection: Connection, user_id: UUID) -> Account | None:
    return _account(
        await connection.fetchrow(
            """-- auth.find_user
            SELECT id, email, name, locale, operator, verified_at IS NOT NULL AS verified,
                   disabled_at IS NOT NULL AS disabled, password_hash, last_organization_id, version
              FROM auth.users WHERE id = $1""",
            user_id,
        )
    )


async def lock_user(connection: Connection, user_id: UUID) -> Account | None:
    return _account(
        await connection.fetchrow(
            """-- auth.lock_user
            SELECT id, email, name, locale, operator, verified_at IS NOT NULL AS verified,
                   disabled_at IS NOT NULL AS disabled, password_hash, last_organization_id, version
              FROM auth.users WHERE id = $1 FOR UPDATE""",
            user_id,
        )
    )


async def change_profile(connection: Connection, account: Account) -> None:
    await connection.execute(
        """-- auth.change_profile
        UPDATE auth.users SET name = $2, locale = $3, version = $4 WHERE id = $1""",
        account.id,
        account.name,
        account.locale,
        account.version,
    )


async def set_password(connection: Connection, user_id: UUID, password_hash: str) -> None:
    await connection.execute(
        """-- auth.set_password
        UPDATE auth.users SET password_hash = $2, version = version + 1 WHERE id = $1""",
        user_id,
        password_hash,
    )


async def remember_firm(connection: Connection, user_id: UUID, organization_id: UUID) -> None:
    """The firm that the next sign-in opens."""
    await connection.execute(
        """-- auth.remember_firm
        UPDATE auth.users SET last_organization_id = $2
         WHERE id = $1 AND last_organization_id IS DISTINCT FROM $2""",
        user_id,
        organization_id,
    )


def _failures(row: Record | None) -> Failures | None:
    return None if row is None else Failures(row["failures"], row["last_at"], row["locked_until"])


async def find_failures(connection: Connection, email_hash: bytes) -> Failures | None:
    return _failures(
        await connection.fetchrow(
            """-- auth.find_failures
            SELECT failures, last_at, locked_until FROM auth.sign_in_failures WHERE email_hash = $1""",
            email_hash,
        )
    )


async def lock_failures(connection: Connection, email_hash: bytes) -> Failures | None:
    """As `find_failures`, and nobody else counts until the transaction ends."""
    return _failures(
        await connection.fetchrow(
            """-- auth.lock_failures
            SELECT failures, last_at, locked_until FROM auth.sign_in_failures
             WHERE email_hash = $1 FOR UPDATE""",
            email_hash,
        )
    )


async def begin_failures(connection: Connection, email_hash: bytes, now: datetime) -> Failures:
    """The count as it stands (0 where there was none), locked until the transaction ends."""
    row = await connection.fetchrow(
        """-- auth.begin_failures
        INSERT INTO auth.sign_in_failures (email_hash, failures, last_at) VALUES ($1, 0, $2)
        ON CONFLICT ON CONSTRAINT sign_in_failures_key DO UPDATE SET email_hash = excluded.email_hash
        RETURNING failures, last_at, locked_until""",
        email_hash,
        now,
    )
    found = _failures(row)
    assert found is not None, "an insert that returns always returns"
    return found


async def keep_failures(connection: Connection, email_hash: bytes, failures: Failures) -> None:
    await connection.execute(
        """-- auth.keep_failures
        UPDATE auth.sign_in_failures SET failures = $2, last_at = $3, locked_until = $4
         WHERE email_hash = $1""",
        email_hash,
        failures.count,
        failures.last_at,
        failures.locked_until,
    )


async def forget_failures(connection: Connection, email_hash: bytes) -> None:
    await connection.execute(
        """-- auth.forget_failures
        DELETE FROM auth.sign_in_failures WHERE email_hash = $1""",
        email_hash,
    )


async def purge_failures(connection: Connection, now: datetime, lasts: timedelta) -> None:
    """Those that neither count nor lock any more."""
    await connection.execute(
        """-- auth.purge_failures
        DELETE FROM auth.sign_in_failures WHERE email_hash IN (
            SELECT email_hash FROM auth.sign_in_failures
             WHERE last_at < $1 AND (locked_until IS NULL OR locked_until < $2)
             LIMIT $3 FOR UPDATE SKIP LOCKED)""",
        now - lasts,
        now,
        PURGE_MAX,
    )
