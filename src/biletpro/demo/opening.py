"""Firms and people of the demo, each made where it is missing and left alone where it is there."""

from uuid import UUID

from biletpro.contracts.auth import Auth, EnsureUser, User
from biletpro.contracts.organization import (
    ROLES,
    AcceptInvitation,
    EnsureOrganization,
    InviteMember,
    ListMembers,
    MemberRef,
    NewMember,
    Organization,
    Organizations,
)
from biletpro.kernel.messages import PAGE_MAX
from biletpro.kernel.permissions import Caller, service_caller

from .people import PASSWORD, Colleague, Firm, Person

SEED = service_caller("seed")


async def opened(auth: Auth, organizations: Organizations, firm: Firm) -> tuple[Organization, Caller]:
    """The firm with all its people, and its owner as a caller."""
    owner = await ensured(auth, firm.owner)
    organization = await organizations.ensure_organization(
        SEED,
        EnsureOrganization(
            name=firm.name,
            legal_name=firm.legal_name,
            tax_office=firm.tax_office,
            tax_id=firm.tax_id,
            owner_user_id=owner.id,
        ),
    )
    caller = Caller(kind="user", id=owner.id, organization_id=organization.id, permissions=ROLES["owner"])
    page = await organizations.members(caller, ListMembers(organization_id=organization.id, limit=PAGE_MAX))
    known = {member.email: member for member in page.items if member.email is not None}
    for colleague in firm.colleagues:
        member = known.get(colleague.person.email)
        if member is not None and member.status == "active":
            continue
        if member is not None:  # invited, and then the seeding was cut off; nobody knows the token any more
            await organizations.remove_member(
                caller, MemberRef(organization_id=organization.id, member_id=member.id)
            )
        await _join(auth, organizations, caller, organization.id, colleague)
    return organization, caller


async def ensured(auth: Auth, person: Person, *, operator: bool = False) -> User:
    """The person's account."""
    return await auth.ensure_user(
        SEED, EnsureUser(email=person.email, password=PASSWORD, name=person.name, operator=operator)
    )


async def _join(
    auth: Auth, organizations: Organizations, owner: Caller, organization_id: UUID, colleague: Colleague
) -> None:
    user = await ensured(auth, colleague.person)
    invited = await organizations.invite(
        owner,
        InviteMember(
            organization_id=organization_id,
            member=NewMember(email=colleague.person.email, name=colleague.person.name, role=colleague.role),
        ),
    )
    await organizations.accept(
        Caller(kind="user", id=user.id), AcceptInvitation(token=invited.invitation_token)
    )
