"""API keys of firms."""

from datetime import datetime
from uuid import UUID

from biletpro.adapters.postgres import Connection
from biletpro.contracts.auth import ApiKey, ApiKeyHolder


async def count_api_keys(connection: Connection) -> int:
    """Live ones of the transaction's firm."""
    found: int = await connection.fetchval(
        """-- auth.count_api_keys
        SELECT count(*) FROM auth.api_keys WHERE revoked_at IS NULL"""
    )
    return found


async def insert_api_key(
    connection: Connection, organization_id: UUID, key: ApiKey, key_hash: bytes, created_by: str
) -> None:
    await connection.execute(
        """-- auth.insert_api_key
        INSERT INTO auth.api_keys (id, organization_id, name, prefix, key_hash, permissions, created_by,
                                   created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        key.id,
        organization_id,
        key.name,
        key.prefix,
        key_hash,
        [permission.value for permission in key.permissions],
        created_by,
        key.created_at,
        key.expires_at,
    )


async def list_api_keys(
    connection: Connection, organization_id: UUID, after: UUID | None, limit: int
) -> list[ApiKey]:
    """Those not revoked, newest first."""
    rows = await connection.fetch(
        """-- auth.list_api_keys
        SELECT id, name, prefix, permissions, created_at, expires_at FROM auth.api_keys
         WHERE organization_id = $1 AND revoked_at IS NULL AND ($2::uuid IS NULL OR id < $2)
         ORDER BY id DESC LIMIT $3""",
        organization_id,
        after,
        limit,
    )
    return [ApiKey(**dict(row)) for row in rows]


async def revoke_api_key(connection: Connection, api_key_id: UUID, now: datetime) -> str | None:
    """The name of the key, or None where the transaction's firm has no such live key."""
    name: str | None = await connection.fetchval(
        """-- auth.revoke_api_key
        UPDATE auth.api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING name""",
        api_key_id,
        now,
    )
    return name


async def find_api_key(connection: Connection, key_hash: bytes, now: datetime) -> ApiKeyHolder | None:
    """A live key with the access version of the same snapshot, so that no change falls between the two."""
    row = await connection.fetchrow(
        """-- auth.find_api_key
        SELECT id, organization_id, permissions,
               (SELECT coalesce(max(version), 0) FROM auth.access_changes) AS access_version
          FROM auth.api_keys
         WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)""",
        key_hash,
        now,
    )
    return None if row is None else ApiKeyHolder(**dict(row))
