"""The contract kept: every write is one transaction with its audit entry and its events."""

import secrets
from collections.abc import Iterable
from typing import Any, Final, TypeVar
from uuid import UUID

from biletpro.adapters import outbox
from biletpro.adapters.idempotency import once
from biletpro.adapters.postgres import Connection, Database
from biletpro.contracts.organization import (
    AcceptInvitation,
    AlreadyInvited,
    AlreadyMember,
    AlreadySuspended,
    AuditPage,
    ChangeMember,
    ChangeOrganization,
    EnsureOrganization,
    FindOrganizations,
    InvitationExpired,
    InvitedMember,
    InviteMember,
    LastOwner,
    ListAudit,
    ListMembers,
    Member,
    MemberChanged,
    MemberPage,
    MemberRef,
    Membership,
    Memberships,
    MembershipsOf,
    NewMember,
    NewOrganization,
    NotSuspended,
    OpenedOrganization,
    OpenOrganization,
    Organization,
    OrganizationChanged,
    OrganizationCreated,
    OrganizationPage,
    OrganizationRef,
    OrganizationResumed,
    OrganizationSuspended,
    SlugTaken,
    SuspendOrganization,
)
from biletpro.contracts.patches import check_version
from biletpro.kernel.errors import Denied, Invalid, NotFound
from biletpro.kernel.events import Event, FeedPage, FeedRequest
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import Nothing
from biletpro.kernel.permissions import Caller, Permission
from biletpro.kernel.turkish import search_key, slug

from . import domain, store

SCHEMA: Final = "organization"

Record = TypeVar("Record")


class OrganizationOperations:
    """Keeps the contract `Organizations`."""

    def __init__(self, database: Database, *, open_creation: bool) -> None:
        self._database = database
        self._open_creation = open_creation

    async def create(self, caller: Caller, request: NewOrganization) -> Organization:
        owner = _user(caller)
        if not self._open_creation:
            caller.require_operator()
        domain.checked_tax_id(request.tax_id)
        firm_id = new_id()
        async with self._database.tenant(firm_id) as connection:

            async def work() -> Organization:
                firm = await _open(connection, caller, firm_id, request, domain.slugs(request.name, firm_id))
                await store.add_owner(connection, new_id(), firm_id, owner)
                return firm

            return await once(connection, SCHEMA, caller, Organization, work)

    async def get(self, caller: Caller, request: OrganizationRef) -> Organization:
        if caller.organization_id != request.organization_id:
            raise NotFound
        async with self._database.tenant(request.organization_id) as connection:
            return _found(await store.organization(connection, request.organization_id))

    async def change(self, caller: Caller, request: ChangeOrganization) -> Organization:
        firm_id = request.organization_id
        caller.require(Permission.ORGANIZATION_MANAGE, firm_id)
        async with self._database.tenant(firm_id) as connection:

            async def work() -> Organization:
                before = _found(await store.lock_organization(connection, firm_id))
                check_version(request.version, before.version)
                merged = domain.merged_organization(before, request.patch)
                after = await store.change_organization(connection, firm_id, merged)
                await _note(
                    connection,
                    caller,
                    firm_id,
                    "organization.changed",
                    f"organization:{firm_id}",
                    fields=sorted(request.patch.model_fields_set),
                )
                await _tell(
                    connection,
                    firm_id,
                    OrganizationChanged(
                        organization_id=firm_id, name=after.name, slug=after.slug, currency=after.currency
                    ),
                )
                return after

            return await once(connection, SCHEMA, caller, Organization, work)

    async def invite(self, caller: Caller, request: InviteMember) -> InvitedMember:
        firm_id, wanted = request.organization_id, request.member
        caller.require(Permission.MEMBERS_MANAGE, firm_id)
        rights = domain.rights(wanted.role, wanted.permissions)
        async with self._database.tenant(firm_id) as connection:

            async def work() -> InvitedMember:
                _found(await store.lock_organization(connection, firm_id))
                owning = await _owns(connection, caller, firm_id)
                domain.may_touch(caller, caller_is_owner=owning, member=rights)
                return await self._invited(connection, caller, firm_id, wanted)

            return await once(connection, SCHEMA, caller, InvitedMember, work)

    async def _invited(
        self, connection: Connection, caller: Caller, firm_id: UUID, wanted: NewMember
    ) -> InvitedMember:
        email_key = domain.email_key(wanted.email)
        await store.drop_expired_invitation(connection, firm_id, email_key)
        known = await store.member_by_email(connection, firm_id, email_key)
        if known is not None:
            raise AlreadyMember if known.status == "active" else AlreadyInvited
        token = secrets.token_urlsafe(domain.INVITATION_TOKEN_BYTES)
        invitation = await store.add_invitation(
            connection, firm_id, new_id(), wanted, email_key=email_key, token_hash=domain.token_hash(token)
        )
        await _note(
            connection,
            caller,
            firm_id,
            "member.invited",
            f"member:{invitation.id}",
            email=invitation.email,
            role=invitation.role,
            permissions=invitation.permissions,
        )
        return InvitedMember(**dict(invitation), invitation_token=token)

    async def members(self, caller: Caller, request: ListMembers) -> MemberPage:
        caller.require(Permission.MEMBERS_MANAGE, request.organization_id)
        after = domain.parse_id_cursor(request.after)
        async with self._database.tenant(request.organization_id) as connection:
            found = await store.members(connection, request.organization_id, after, request.limit + 1)
        page = found[: request.limit]
        return MemberPage(items=page, next=domain.id_cursor(page[-1].id) if len(found) > len(page) else None)

    async def member(self, caller: Caller, request: MemberRef) -> Member:
        caller.require(Permission.MEMBERS_MANAGE, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            return _found(await store.member(connection, request.organization_id, request.member_id))

    async def change_member(self, caller: Caller, request: ChangeMember) -> Member:
        firm_id = request.organization_id
        caller.require(Permission.MEMBERS_MANAGE, firm_id)
        async with self._database.tenant(firm_id) as connection:

            async def work() -> Member:
                before = await _touchable(connection, caller, firm_id, request.member_id)
                check_version(request.version, before.version)
                merged = domain.merged_member(before, request.patch)
                owning = await _owns(connection, caller, firm_id)
                domain.may_touch(caller, caller_is_owner=owning, member=domain.rights_of(merged))
                if merged.role != "owner":
                    await _keep_an_owner(connection, firm_id, before)
                after = await store.change_member(connection, firm_id, merged)
                await _note(
                    connection,
                    caller,
                    firm_id,
                    "member.changed",
                    f"member:{after.id}",
                    fields=sorted(request.patch.model_fields_set),
                    role=after.role,
                    permissions=after.permissions,
                )
                await _tell_of_member(connection, firm_id, after)
                return after

            return await once(connection, SCHEMA, caller, Member, work)

    async def remove_member(self, caller: Caller, request: MemberRef) -> Nothing:
        firm_id = request.organization_id
        caller.require(Permission.MEMBERS_MANAGE, firm_id)
        async with self._database.tenant(firm_id) as connection:

            async def work() -> Nothing:
                gone = await _touchable(connection, caller, firm_id, request.member_id)
                await _keep_an_owner(connection, firm_id, gone)
                await store.remove_member(connection, firm_id, gone.id)
                await _note(
                    connection,
                    caller,
                    firm_id,
                    "member.removed" if gone.status == "active" else "member.uninvited",
                    f"member:{gone.id}",
                    user_id=None if gone.user_id is None else str(gone.user_id),
                    role=gone.role,
                )
                await _tell_of_member(connection, firm_id, gone)
                return Nothing()

            return await once(connection, SCHEMA, caller, Nothing, work)

    async def accept(self, caller: Caller, request: AcceptInvitation) -> Membership:
        user = _user(caller)
        token_hash = domain.token_hash(request.token)
        async with self._database.system("an invitation's firm is known by its token alone") as connection:
            firm_id = _found(await store.firm_of_invitation(connection, token_hash))
        async with self._database.tenant(firm_id) as connection:
            firm = _found(await store.lock_organization(connection, firm_id))
            invitation = _found(await store.lock_invitation(connection, firm_id, token_hash))
            if invitation.accepted_by is None:
                if invitation.expired:
                    raise InvitationExpired
                member = await store.activate(connection, firm_id, invitation.member_id, user)
                await _note(
                    connection, caller, firm_id, "member.joined", f"member:{member.id}", role=member.role
                )
            elif invitation.accepted_by == user:
                member = _found(await store.member(connection, firm_id, invitation.member_id))
            else:
                raise NotFound
        return Membership(
            organization_id=firm_id,
            name=firm.name,
            role=member.role,
            permissions=member.permissions,
            suspended=firm.suspended,
        )

    async def memberships(self, caller: Caller, request: MembershipsOf) -> Memberships:
        if caller.kind != "service" and not (caller.kind == "user" and caller.id == request.user_id):
            raise Denied
        async with self._database.system("a user's firms are found across firms") as connection:
            return Memberships(items=await store.memberships(connection, request.user_id))

    async def audit_log(self, caller: Caller, request: ListAudit) -> AuditPage:
        caller.require(Permission.AUDIT_READ, request.organization_id)
        before = domain.parse_id_cursor(request.after)
        async with self._database.tenant(request.organization_id) as connection:
            found = await store.audit_entries(connection, request.organization_id, before, request.limit + 1)
        page = found[: request.limit]
        return AuditPage(items=page, next=domain.id_cursor(page[-1].id) if len(found) > len(page) else None)

    async def find(self, caller: Caller, request: FindOrganizations) -> OrganizationPage:
        caller.require_operator()
        after = domain.parse_name_cursor(request.after)
        async with self._database.system("operators list all firms") as connection:
            found = await store.organizations_by_name(
                connection, search_key(request.query), after, request.limit + 1
            )
        page = found[: request.limit]
        return OrganizationPage(
            items=[firm for _, firm in page],
            next=domain.name_cursor(page[-1][0], page[-1][1].id) if len(found) > len(page) else None,
        )

    async def open(self, caller: Caller, request: OpenOrganization) -> OpenedOrganization:
        caller.require_operator()
        operator = _user(caller)
        domain.checked_tax_id(request.tax_id)
        firm_id = new_id()
        async with self._database.tenant(firm_id) as connection:

            async def work() -> OpenedOrganization:
                firm = await _open(connection, caller, firm_id, request, domain.slugs(request.name, firm_id))
                if request.owner_email is None:
                    await store.add_owner(connection, new_id(), firm_id, operator)
                    return OpenedOrganization(**dict(firm), invitation_token=None)
                owner = NewMember(email=request.owner_email, name=request.owner_name, role="owner")
                invited = await self._invited(connection, caller, firm_id, owner)
                return OpenedOrganization(**dict(firm), invitation_token=invited.invitation_token)

            return await once(connection, SCHEMA, caller, OpenedOrganization, work)

    async def suspend(self, caller: Caller, request: SuspendOrganization) -> Organization:
        return await self._set_standing(caller, request, suspended=True)

    async def resume(self, caller: Caller, request: SuspendOrganization) -> Organization:
        return await self._set_standing(caller, request, suspended=False)

    async def _set_standing(
        self, caller: Caller, request: SuspendOrganization, *, suspended: bool
    ) -> Organization:
        caller.require_operator()
        firm_id = request.organization_id
        async with self._database.tenant(firm_id) as connection:

            async def work() -> Organization:
                before = _found(await store.lock_organization(connection, firm_id))
                if before.suspended == suspended:
                    raise AlreadySuspended if suspended else NotSuspended
                after = await store.set_suspended(connection, firm_id, request.reason if suspended else None)
                action = "organization.suspended" if suspended else "organization.resumed"
                subject = f"organization:{firm_id}"
                await _note(connection, caller, firm_id, action, subject, reason=request.reason)
                event: Event = (
                    OrganizationSuspended(organization_id=firm_id, reason=request.reason)
                    if suspended
                    else OrganizationResumed(organization_id=firm_id)
                )
                await _tell(connection, firm_id, event)
                return after

            return await once(connection, SCHEMA, caller, Organization, work)

    async def ensure_organization(self, caller: Caller, request: EnsureOrganization) -> Organization:
        _require_service(caller)
        domain.checked_tax_id(request.tax_id)
        address = slug(request.name)
        if not address:
            raise Invalid("the name has no Latin letter to make an address of", field="name")
        async with self._database.system("the seed finds a firm by its slug") as connection:
            known = await store.organization_by_slug(connection, address)
        if known is not None:
            return known
        firm_id = new_id()
        async with self._database.tenant(firm_id) as connection:
            firm = await _open(connection, caller, firm_id, request, [address])
            await store.add_owner(connection, new_id(), firm_id, request.owner_user_id)
        return firm

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        _require_service(caller)
        async with self._database.system("serving the feed to other services") as connection:
            return await outbox.read(connection, SCHEMA, request)


def _user(caller: Caller) -> UUID:
    """Raises Denied: only a person opens firms and joins them."""
    if caller.kind != "user" or caller.id is None:
        raise Denied
    return caller.id


def _require_service(caller: Caller) -> None:
    if caller.kind != "service":
        raise Denied


def _found(record: Record | None) -> Record:
    if record is None:
        raise NotFound
    return record


async def _open(
    connection: Connection, caller: Caller, firm_id: UUID, firm: NewOrganization, slugs: Iterable[str]
) -> Organization:
    """A firm under the first of *slugs* that is free. Raises SlugTaken."""
    for address in slugs:
        opened = await store.add_organization(connection, firm_id, address, firm)
        if opened is not None:
            break
    else:
        raise SlugTaken
    await _note(
        connection, caller, firm_id, "organization.created", f"organization:{firm_id}", name=opened.name
    )
    await _tell(
        connection,
        firm_id,
        OrganizationCreated(
            organization_id=firm_id, name=opened.name, slug=opened.slug, currency=opened.currency
        ),
    )
    return opened


async def _owns(connection: Connection, caller: Caller, firm_id: UUID) -> bool:
    """Whether a person who owns the firm at this moment is calling."""
    return (
        caller.kind == "user"
        and caller.id is not None
        and await store.is_owner(connection, firm_id, caller.id)
    )


async def _touchable(connection: Connection, caller: Caller, firm_id: UUID, member_id: UUID) -> Member:
    """The member, under the firm's lock. Raises NotFound, GrantExceedsOwn."""
    _found(await store.lock_organization(connection, firm_id))
    member = _found(await store.member(connection, firm_id, member_id))
    owning = await _owns(connection, caller, firm_id)
    domain.may_touch(caller, caller_is_owner=owning, member=domain.rights_of(member))
    return member


async def _keep_an_owner(connection: Connection, firm_id: UUID, leaving: Member) -> None:
    """Raises LastOwner when *leaving* is the firm's only active owner; the firm's lock is held."""
    is_one = leaving.role == "owner" and leaving.status == "active"
    if is_one and await store.owners(connection, firm_id) == 1:
        raise LastOwner


async def _note(
    connection: Connection, caller: Caller, firm_id: UUID, action: str, subject: str, **facts: Any
) -> None:
    await store.add_audit_entry(
        connection, new_id(), firm_id, actor=caller.principal(), action=action, subject=subject, facts=facts
    )


async def _tell(connection: Connection, firm_id: UUID, event: Event) -> None:
    await outbox.put(connection, SCHEMA, event, firm_id)


async def _tell_of_member(connection: Connection, firm_id: UUID, member: Member) -> None:
    if member.user_id is not None:
        await _tell(connection, firm_id, MemberChanged(organization_id=firm_id, user_id=member.user_id))
