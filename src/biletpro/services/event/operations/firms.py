"""What the organization service tells of the firms, kept for the catalogue and for publishing."""

from biletpro.adapters.postgres import Connection
from biletpro.contracts.organization import (
    OrganizationChanged,
    OrganizationCreated,
    OrganizationResumed,
    OrganizationSuspended,
)
from biletpro.kernel.events import RecordedEvent

from ..store import firms as firm_store


async def hear_of_firm(connection: Connection, event: RecordedEvent) -> None:
    """Apply one event of the organization service."""
    if event.type in {OrganizationCreated.__name__, OrganizationChanged.__name__}:
        named = OrganizationChanged.model_validate(event.payload)
        await firm_store.save_name(connection, named.organization_id, named.name, named.slug)
    elif event.type == OrganizationSuspended.__name__:
        suspended = OrganizationSuspended.model_validate(event.payload)
        await firm_store.save_suspension(connection, suspended.organization_id, suspended=True)
    elif event.type == OrganizationResumed.__name__:
        resumed = OrganizationResumed.model_validate(event.payload)
        await firm_store.save_suspension(connection, resumed.organization_id, suspended=False)
