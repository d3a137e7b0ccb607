"""Every statement of organization."""

import json
from typing import Any
from uuid import UUID

from biletpro.adapters.postgres import Connection, Record, constraints
from biletpro.contracts.organization import (
    AlreadyInvited,
    AlreadyMember,
    AuditEntry,
    Member,
    MemberScope,
    Membership,
    NewMember,
    NewOrganization,
    Organization,
    OrganizationPatch,
)
from biletpro.kernel.permissions import Permission
from biletpro.kernel.turkish import search_key, sort_key

from .domain import INVITATION_LIFETIME_DAYS, Invitation, Rights


async def add_organization(
    connection: Connection, id: UUID, slug: str, firm: NewOrganization
) -> Organization | None:
    """The new firm, or None when another has the slug."""
    row = await connection.fetchrow(
        """-- organization.add_organization
        INSERT INTO organization.organizations
            (id, name, name_sort, name_search, slug, legal_name, tax_office, tax_id, currency)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT ON CONSTRAINT organizations_slug_once DO NOTHING
        RETURNING id, name, slug, legal_name, tax_office, tax_id, currency, suspended_reason, created_at,
                  version""",
        id,
        firm.name,
        sort_key(firm.name),
        search_key(firm.name),
        slug,
        firm.legal_name,
        firm.tax_office,
        firm.tax_id,
        firm.currency,
    )
    return None if row is None else _organization(row)


async def organization(connection: Connection, id: UUID) -> Organization | None:
    """The firm as it is now."""
    row = await connection.fetchrow(
        """-- organization.organization
        SELECT id, name, slug, legal_name, tax_office, tax_id, currency, suspended_reason, created_at, version
          FROM organization.organizations WHERE id = $1""",
        id,
    )
    return None if row is None else _organization(row)


async def lock_organization(connection: Connection, id: UUID) -> Organization | None:
    """The firm, whose row every change of it or of its members takes first: they come one after the other."""
    row = await connection.fetchrow(
        """-- organization.lock_organization
        SELECT id, name, slug, legal_name, tax_office, tax_id, currency, suspended_reason, created_at, version
          FROM organization.organizations WHERE id = $1 FOR UPDATE""",
        id,
    )
    return None if row is None else _organization(row)


async def organization_by_slug(connection: Connection, slug: str) -> Organization | None:
    """The firm at that address."""
    row = await connection.fetchrow(
        """-- organization.organization_by_slug
        SELECT id, name, slug, legal_name, tax_office, tax_id, currency, suspended_reason, created_at, version
          FROM organization.organizations WHERE slug = $1""",
        slug,
    )
    return None if row is None else _organization(row)


async def organizations_by_name(
    connection: Connection, query: str, after: tuple[str, UUID] | None, limit: int
) -> list[tuple[str, Organization]]:
    """Firms whose name holds *query* (a search key), each with its sort key."""
    rows = await connection.fetch(
        """-- organization.organizations_by_name
        SELECT name_sort, id, name, slug, legal_name, tax_office, tax_id, currency, suspended_reason,
               created_at, version
          FROM organization.organizations
         WHERE ($1 = '' OR name_search LIKE '%' || $1 || '%')
           AND ($2::text IS NULL OR (name_sort, id) > ($2 COLLATE "C", $3::uuid))
         ORDER BY name_sort, id LIMIT $4""",
        query,
        after[0] if after is not None else None,
        after[1] if after is not None else None,
        limit,
    )
    return [(row["name_sort"], _organization(row)) for row in rows]


async def change_organization(connection: Connection, id: UUID, firm: OrganizationPatch) -> Organization:
    """The firm with every particular as *firm* has it."""
    assert firm.name is not None, "the operations merge the patch"
    row = await connection.fetchrow(
        """-- organization.change_organization
        UPDATE organization.organizations
           SET name = $2, name_sort = $3, name_search = $4, legal_name = $5, tax_office = $6, tax_id = $7,
               version = version + 1
         WHERE id = $1
        RETURNING id, name, slug, legal_name, tax_office, tax_id, currency, suspended_reason, created_at,
                  version""",
        id,
        firm.name,
        sort_key(firm.name),
        search_key(firm.name),
        firm.legal_name,
        firm.tax_office,
        firm.tax_id,
    )
    assert row is not None, "the firm was locked"
    return _organization(row)


async def set_suspended(connection: Connection, id: UUID, reason: str | None) -> Organization:
    """Suspended for *reason*, or selling again without one."""
    row = await connection.fetchrow(
        """-- organization.set_suspended
        UPDATE organization.organizations
           SET suspended_reason = $2, suspended_at = CASE WHEN $2::text IS NULL THEN NULL ELSE now() END,
               version = version + 1
         WHERE id = $1
        RETURNING id, name, slug, legal_name, tax_office, tax_id, currency, suspended_reason, created_at,
                  version""",
        id,
        reason,
    )
    assert row is not None, "the firm was locked"
    return _organization(row)


def _organization(row: Record) -> Organization:
    return Organization(
        id=row["id"],
        name=row["name"],
        slug=row["slug"],
        legal_name=row["legal_name"],
        tax_office=row["tax_office"],
        tax_id=row["tax_id"],
        currency=row["currency"],
        suspended=row["suspended_reason"] is not None,
        suspended_reason=row["suspended_reason"],
        created_at=row["created_at"],
        version=row["version"],
    )


async def add_owner(connection: Connection, id: UUID, organization_id: UUID, user_id: UUID) -> None:
    """The first member of a new firm."""
    await connection.execute(
        """-- organization.add_owner
        INSERT INTO organization.members (id, organization_id, user_id, role, scope)
        VALUES ($1, $2, $3, 'owner', $4)""",
        id,
        organization_id,
        user_id,
        MemberScope().model_dump_json(),
    )


async def drop_expired_invitation(connection: Connection, organization_id: UUID, email_key: str) -> None:
    """Make room for a new invitation to the same address."""
    await connection.execute(
        """-- organization.drop_expired_invitation
        DELETE FROM organization.members
         WHERE organization_id = $1 AND email_key = $2 AND invitation_expires_at <= now()""",
        organization_id,
        email_key,
    )


async def add_invitation(
    connection: Connection,
    organization_id: UUID,
    id: UUID,
    wanted: NewMember,
    *,
    email_key: str,
    token_hash: bytes,
) -> Member:
    """The open invitation. Raises AlreadyInvited when the address has a row in this firm."""
    with constraints({"members_email_once": AlreadyInvited}):
        row = await connection.fetchrow(
            """-- organization.add_invitation
            INSERT INTO organization.members
                (id, organization_id, email, email_key, name, role, own_permissions, scope, invitation_hash,
                 invitation_expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(days => $10))
            RETURNING id, user_id, email, name, role, own_permissions, scope, invitation_expires_at,
                      created_at, version""",
            id,
            organization_id,
            wanted.email,
            email_key,
            wanted.name,
            wanted.role,
            wanted.permissions,
            wanted.scope.model_dump_json(),
            token_hash,
            INVITATION_LIFETIME_DAYS,
        )
    assert row is not None, "an insert returns its row"
    return _member(row)


async def member_by_email(connection: Connection, organization_id: UUID, email_key: str) -> Member | None:
    """Whoever has that address in the firm, invited or active."""
    row = await connection.fetchrow(
        """-- organization.member_by_email
        SELECT id, user_id, email, name, role, own_permissions, scope, invitation_expires_at, created_at,
               version
          FROM organization.members WHERE organization_id = $1 AND email_key = $2""",
        organization_id,
        email_key,
    )
    return None if row is None else _member(row)


async def member(connection: Connection, organization_id: UUID, id: UUID) -> Member | None:
    """A member or an open invitation."""
    row = await connection.fetchrow(
        """-- organization.member
        SELECT id, user_id, email, name, role, own_permissions, scope, invitation_expires_at, created_at,
               version
          FROM organization.members WHERE organization_id = $1 AND id = $2""",
        organization_id,
        id,
    )
    return None if row is None else _member(row)


async def members(
    connection: Connection, organization_id: UUID, after: UUID | None, limit: int
) -> list[Member]:
    """In the order in which they came."""
    rows = await connection.fetch(
        """-- organization.members
        SELECT id, user_id, email, name, role, own_permissions, scope, invitation_expires_at, created_at,
               version
          FROM organization.members
         WHERE organization_id = $1 AND ($2::uuid IS NULL OR id > $2)
         ORDER BY id LIMIT $3""",
        organization_id,
        after,
        limit,
    )
    return [_member(row) for row in rows]


async def is_owner(connection: Connection, organization_id: UUID, user_id: UUID) -> bool:
    """Whether this user owns the firm now, whatever his token says."""
    found = await connection.fetchval(
        """-- organization.is_owner
        SELECT true FROM organization.members
         WHERE organization_id = $1 AND user_id = $2 AND role = 'owner'""",
        organization_id,
        user_id,
    )
    return found is not None


async def owners(connection: Connection, organization_id: UUID) -> int:
    """How many active owners the firm has; invited ones do not count."""
    count: int = await connection.fetchval(
        """-- organization.owners
        SELECT count(*) FROM organization.members
         WHERE organization_id = $1 AND role = 'owner' AND user_id IS NOT NULL""",
        organization_id,
    )
    return count


async def change_member(connection: Connection, organization_id: UUID, changed: Member) -> Member:
    """The member with name, role, permissions and scope as *changed* has them."""
    row = await connection.fetchrow(
        """-- organization.change_member
        UPDATE organization.members
           SET name = $3, role = $4, own_permissions = $5, scope = $6, version = version + 1
         WHERE organization_id = $1 AND id = $2
        RETURNING id, user_id, email, name, role, own_permissions, scope, invitation_expires_at, created_at,
                  version""",
        organization_id,
        changed.id,
        changed.name,
        changed.role,
        changed.own_permissions,
        changed.scope.model_dump_json(),
    )
    assert row is not None, "the firm was locked"
    return _member(row)


async def remove_member(connection: Connection, organization_id: UUID, id: UUID) -> None:
    """The member is gone; what he did stays in the audit log."""
    await connection.execute(
        """-- organization.remove_member
        DELETE FROM organization.members WHERE organization_id = $1 AND id = $2""",
        organization_id,
        id,
    )


async def firm_of_invitation(connection: Connection, token_hash: bytes) -> UUID | None:
    """The firm that a token invites to."""
    found: UUID | None = await connection.fetchval(
        """-- organization.firm_of_invitation
        SELECT organization_id FROM organization.members WHERE invitation_hash = $1""",
        token_hash,
    )
    return found


async def lock_invitation(
    connection: Connection, organization_id: UUID, token_hash: bytes
) -> Invitation | None:
    """What the token stands for; the caller holds the firm's row."""
    row = await connection.fetchrow(
        """-- organization.lock_invitation
        SELECT id, user_id, invitation_expires_at <= now() AS expired
          FROM organization.members WHERE organization_id = $1 AND invitation_hash = $2 FOR UPDATE""",
        organization_id,
        token_hash,
    )
    return None if row is None else Invitation(row["id"], row["user_id"], expired=row["expired"] is True)


async def activate(connection: Connection, organization_id: UUID, id: UUID, user_id: UUID) -> Member:
    """The invited has come. Raises AlreadyMember when this user is in the firm under another row."""
    with constraints({"members_user_once": AlreadyMember}):
        row = await connection.fetchrow(
            """-- organization.activate
            UPDATE organization.members
               SET user_id = $3, invitation_expires_at = NULL, version = version + 1
             WHERE organization_id = $1 AND id = $2
            RETURNING id, user_id, email, name, role, own_permissions, scope, invitation_expires_at,
                      created_at, version""",
            organization_id,
            id,
            user_id,
        )
    assert row is not None, "the firm was locked"
    return _member(row)


async def memberships(connection: Connection, user_id: UUID) -> list[Membership]:
    """In the order of the members' ids: that in which the user was made one."""
    rows = await connection.fetch(
        """-- organization.memberships
        SELECT m.organization_id, o.name, m.role, m.own_permissions, o.suspended_at
          FROM organization.members m
          JOIN organization.organizations o ON o.id = m.organization_id
         WHERE m.user_id = $1 ORDER BY m.id""",
        user_id,
    )
    return [
        Membership(
            organization_id=row["organization_id"],
            name=row["name"],
            role=row["role"],
            permissions=sorted(_rights(row).permissions()),
            suspended=row["suspended_at"] is not None,
        )
        for row in rows
    ]


def _rights(row: Record) -> Rights:
    own = row["own_permissions"]
    return Rights(row["role"], None if own is None else frozenset(Permission(name) for name in own))


def _member(row: Record) -> Member:
    rights = _rights(row)
    return Member(
        id=row["id"],
        user_id=row["user_id"],
        status="invited" if row["user_id"] is None else "active",
        email=row["email"],
        name=row["name"],
        role=row["role"],
        permissions=sorted(rights.permissions()),
        own_permissions=None if rights.own_permissions is None else sorted(rights.own_permissions),
        scope=MemberScope.model_validate_json(row["scope"]),
        invitation_expires_at=row["invitation_expires_at"],
        created_at=row["created_at"],
        version=row["version"],
    )


async def add_audit_entry(
    connection: Connection,
    id: UUID,
    organization_id: UUID,
    *,
    actor: str,
    action: str,
    subject: str,
    facts: dict[str, Any],
) -> None:
    """One line of the firm's audit log, in the transaction of the act."""
    await connection.execute(
        """-- organization.add_audit_entry
        INSERT INTO organization.audit_entries (id, organization_id, actor, action, subject, facts)
        VALUES ($1, $2, $3, $4, $5, $6)""",
        id,
        organization_id,
        actor,
        action,
        subject,
        json.dumps(facts),
    )


async def audit_entries(
    connection: Connection, organization_id: UUID, before: UUID | None, limit: int
) -> list[AuditEntry]:
    """Newest first, those older than *before*."""
    rows = await connection.fetch(
        """-- organization.audit_entries
        SELECT id, at, actor, action, subject, facts FROM organization.audit_entries
         WHERE organization_id = $1 AND ($2::uuid IS NULL OR id < $2)
         ORDER BY id DESC LIMIT $3""",
        organization_id,
        before,
        limit,
    )
    return [
        AuditEntry(
            id=row["id"],
            at=row["at"],
            actor=row["actor"],
            action=row["action"],
            subject=row["subject"],
            facts=json.loads(row["facts"]),
        )
        for row in rows
    ]
