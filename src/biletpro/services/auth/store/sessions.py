"""Sessions and their refresh tokens. Lock order: session, then user."""

from datetime import datetime
from typing import Final
from uuid import UUID

from biletpro.adapters.postgres import Connection, Record

from ..domain import OpenSession

# A session of thirty days takes up to 2,880 refresh tokens with it.
SESSIONS_PURGE_MAX: Final = 50


def _session(row: Record | None) -> OpenSession | None:
    return None if row is None else OpenSession(**dict(row))


async def insert_session(
    connection: Connection,
    id: UUID,
    user_id: UUID,
    organization_id: UUID | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    await connection.execute(
        """-- auth.insert_session
        INSERT INTO auth.sessions (id, user_id, organization_id, created_at, used_at, expires_at)
        VALUES ($1, $2, $3, $4, $4, $5)""",
        id,
        user_id,
        organization_id,
        now,
        expires_at,
    )


async def find_session(connection: Connection, session_id: UUID, user_id: UUID) -> OpenSession | None:
    return _session(
        await connection.fetchrow(
            """-- auth.find_session
            SELECT id, user_id, organization_id, created_at, used_at, expires_at,
                   revoked_at IS NOT NULL AS revoked
              FROM auth.sessions WHERE id = $1 AND user_id = $2""",
            session_id,
            user_id,
        )
    )


async def lock_session(connection: Connection, session_id: UUID, user_id: UUID) -> OpenSession | None:
    """As `find_session`; renewals, switches and ends of one session stand in line here."""
    return _session(
        await connection.fetchrow(
            """-- auth.lock_session
            SELECT id, user_id, organization_id, created_at, used_at, expires_at,
                   revoked_at IS NOT NULL AS revoked
              FROM auth.sessions WHERE id = $1 AND user_id = $2 FOR UPDATE""",
            session_id,
            user_id,
        )
    )


async def list_sessions(
    connection: Connection, user_id: UUID, now: datetime, after: UUID | None, limit: int
) -> list[OpenSession]:
    """Live ones, newest first."""
    rows = await connection.fetch(
        """-- auth.list_sessions
        SELECT id, user_id, organization_id, created_at, used_at, expires_at,
                   revoked_at IS NOT NULL AS revoked
              FROM auth.sessions
         WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 AND ($3::uuid IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4""",
        user_id,
        now,
        after,
        limit,
    )
    return [OpenSession(**dict(row)) for row in rows]


async def lock_live_sessions(connection: Connection, user_id: UUID, now: datetime) -> list[UUID]:
    """In order of id, as every lock of more than one row."""
    rows = await connection.fetch(
        """-- auth.lock_live_sessions
        SELECT id FROM auth.sessions
         WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY id FOR UPDATE""",
        user_id,
        now,
    )
    return [row["id"] for row in rows]


async def renew_session(
    connection: Connection, session_id: UUID, organization_id: UUID | None, now: datetime
) -> None:
    await connection.execute(
        """-- auth.renew_session
        UPDATE auth.sessions SET organization_id = $2, used_at = $3 WHERE id = $1""",
        session_id,
        organization_id,
        now,
    )


async def revoke_sessions(connection: Connection, session_ids: list[UUID], now: datetime) -> None:
    await connection.execute(
        """-- auth.revoke_sessions
        UPDATE auth.sessions SET revoked_at = $2 WHERE id = ANY($1::uuid[]) AND revoked_at IS NULL""",
        session_ids,
        now,
    )


async def insert_refresh_token(connection: Connection, token_hash: bytes, session_id: UUID) -> None:
    await connection.execute(
        """-- auth.insert_refresh_token
        INSERT INTO auth.refresh_tokens (token_hash, session_id) VALUES ($1, $2)""",
        token_hash,
        session_id,
    )


async def find_refresh_token(connection: Connection, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """The session and the user that a token was made for, used or not."""
    row = await connection.fetchrow(
        """-- auth.find_refresh_token
        SELECT t.session_id, s.user_id
          FROM auth.refresh_tokens t JOIN auth.sessions s ON s.id = t.session_id
         WHERE t.token_hash = $1""",
        token_hash,
    )
    return None if row is None else (row["session_id"], row["user_id"])


async def use_refresh_token(connection: Connection, token_hash: bytes, now: datetime) -> bool:
    """False where it has been used before."""
    row = await connection.fetchrow(
        """-- auth.use_refresh_token
        UPDATE auth.refresh_tokens SET used_at = $2
         WHERE token_hash = $1 AND used_at IS NULL RETURNING session_id""",
        token_hash,
        now,
    )
    return row is not None


async def withdraw_refresh_token(connection: Connection, session_id: UUID) -> None:
    """The unused token of a session becomes unknown: another pair takes its place unasked."""
    await connection.execute(
        """-- auth.withdraw_refresh_token
        DELETE FROM auth.refresh_tokens WHERE session_id = $1 AND used_at IS NULL""",
        session_id,
    )


async def purge_sessions(connection: Connection, dead_since: datetime) -> None:
    """With their refresh tokens."""
    await connection.execute(
        """-- auth.purge_sessions
        DELETE FROM auth.sessions WHERE id IN (
            SELECT id FROM auth.sessions WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2)""",
        dead_since,
        SESSIONS_PURGE_MAX,
    )
