"""Statements about the firms, as their service tells of them."""

from uuid import UUID

from biletpro.adapters.postgres import Connection


async def save_name(connection: Connection, organization_id: UUID, name: str, slug: str) -> None:
    await connection.execute(
        """-- event.save_firm_name
        INSERT INTO event.firms (organization_id, name, slug) VALUES ($1, $2, $3)
        ON CONFLICT ON CONSTRAINT firms_key DO UPDATE SET name = excluded.name, slug = excluded.slug""",
        organization_id,
        name,
        slug,
    )


async def save_suspension(connection: Connection, organization_id: UUID, *, suspended: bool) -> None:
    await connection.execute(
        """-- event.save_firm_suspension
        INSERT INTO event.firms (organization_id, suspended) VALUES ($1, $2)
        ON CONFLICT ON CONSTRAINT firms_key DO UPDATE SET suspended = excluded.suspended""",
        organization_id,
        suspended,
    )


async def is_suspended(connection: Connection, organization_id: UUID) -> bool:
    """False for a firm that has not been heard of yet."""
    suspended: bool | None = await connection.fetchval(
        """-- event.is_firm_suspended
        SELECT suspended FROM event.firms WHERE organization_id = $1""",
        organization_id,
    )
    return suspended is True
