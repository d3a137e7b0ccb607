"""Organizations: firms, their members and rights, their standing on the platform, and who did what.

Called by auth (memberships of a user at sign-in), the seed, and the pages. Its events are heard by auth
(rights), event and sales (name, currency, suspension), notification and analytics.
"""

from typing import Annotated, Any, Final, Literal, Protocol
from uuid import UUID

from pydantic import AfterValidator, EmailStr, Field

from biletpro.contracts.patches import Changes, SeenVersion, absent
from biletpro.kernel.errors import Conflict, Denied, Invalid, Title
from biletpro.kernel.events import Event, FeedPage, FeedRequest
from biletpro.kernel.messages import (
    PAGE_MAX,
    STRIPPED,
    Flag,
    Message,
    Moment,
    Nothing,
    ShortText,
    Word,
    storable,
)
from biletpro.kernel.money import Currency
from biletpro.kernel.permissions import FIRM_PERMISSIONS, Caller, Permission

Email = Annotated[EmailStr, Field(max_length=254)]
TaxId = Annotated[str, Field(pattern=r"^[0-9]{10,11}$")]
PageLimit = Annotated[int, Field(ge=1, le=PAGE_MAX)]
Cursor = Annotated[str, Field(max_length=1_000)]
Reason = Annotated[str, STRIPPED, Field(min_length=1, max_length=500), AfterValidator(storable)]
Scoped = Annotated[list[UUID], Field(max_length=200)]

RoleName = Literal["owner", "admin", "event_manager", "box_office", "door", "viewer"]

ROLES: Final[dict[str, frozenset[Permission]]] = {
    "owner": FIRM_PERMISSIONS,
    "admin": FIRM_PERMISSIONS,
    "event_manager": frozenset(
        {
            Permission.EVENTS_READ,
            Permission.EVENTS_MANAGE,
            Permission.ORDERS_READ,
            Permission.REPORTS_READ,
        }
    ),
    "box_office": frozenset({Permission.EVENTS_READ, Permission.ORDERS_READ, Permission.BOX_OFFICE}),
    "door": frozenset({Permission.EVENTS_READ, Permission.DOOR}),
    "viewer": frozenset({Permission.EVENTS_READ, Permission.ORDERS_READ, Permission.REPORTS_READ}),
}


class LastOwner(Conflict):
    code = "last_owner"
    title = Title("Firmanın son sahibi çıkarılamaz", "A firm keeps at least one owner")


class AlreadyMember(Conflict):
    code = "already_member"
    title = Title("Bu kişi zaten firmanın üyesi", "This person is a member already")


class AlreadyInvited(Conflict):
    code = "already_invited"
    title = Title("Bu adrese gönderilmiş bir davet var", "This address has an open invitation")


class InvitationExpired(Conflict):
    code = "invitation_expired"
    title = Title("Davetin süresi dolmuş", "The invitation has expired")


class AlreadySuspended(Conflict):
    code = "already_suspended"
    title = Title("Firma zaten askıda", "The firm is suspended already")


class NotSuspended(Conflict):
    code = "not_suspended"
    title = Title("Firma askıda değil", "The firm is not suspended")


class GrantExceedsOwn(Denied):
    code = "grant_exceeds_own"
    title = Title("Kendinizde olmayan bir yetkiyi veremezsiniz", "You cannot give rights that you lack")


class SlugTaken(Conflict):
    code = "slug_taken"
    title = Title("Bu adres başka bir firmanın", "This address is another firm's")


class TaxIdInvalid(Invalid):
    code = "tax_id_invalid"
    title = Title("Vergi ya da kimlik numarası hatalı", "The tax or identity number is wrong")


class NewOrganization(Message):
    """A firm to be opened. `tax_id` is a VKN (10 digits) or a TCKN (11 digits), check digits included."""

    name: ShortText
    legal_name: ShortText | None = None
    tax_office: ShortText | None = None
    tax_id: TaxId | None = None
    currency: Currency = "TRY"


class OpenOrganization(NewOrganization):
    """A firm opened by an operator: for `owner_email`, who is invited, else for the operator."""

    owner_email: Email | None = None
    owner_name: ShortText | None = None


class EnsureOrganization(NewOrganization):
    """A firm that shall exist under the slug of its name."""

    owner_user_id: UUID


class Organization(Message):
    """A firm. `slug` never changes; `version` grows with every change and is the ETag."""

    id: UUID
    name: str
    slug: str
    legal_name: str | None
    tax_office: str | None
    tax_id: str | None
    currency: Currency
    suspended: bool
    suspended_reason: str | None
    created_at: Moment
    version: int


class OpenedOrganization(Organization):
    """The new firm, and the token that makes its bearer the owner where one was invited."""

    invitation_token: str | None


class OrganizationPage(Message):
    items: list[Organization]
    next: str | None


class OrganizationRef(Message):
    organization_id: UUID


class FindOrganizations(Message):
    """Part of a name, whatever its case; firms come in the order of the Turkish alphabet."""

    query: str = Field(default="", max_length=200)
    limit: PageLimit = 50
    after: Cursor | None = None


class OrganizationPatch(Changes):
    """A merge patch: a field left out stays, null empties it."""

    name: ShortText | None = absent()
    legal_name: ShortText | None = absent()
    tax_office: ShortText | None = absent()
    tax_id: TaxId | None = absent()


class ChangeOrganization(Message):
    organization_id: UUID
    version: SeenVersion
    patch: OrganizationPatch


class SuspendOrganization(Message):
    organization_id: UUID
    reason: Reason


class MemberScope(Message):
    """What a member is limited to; None means no limit."""

    events: Scoped | None = None
    gates: Scoped | None = None
    till: UUID | None = None


class NewMember(Message):
    """An invitation. `permissions`, where given, stand instead of the role's own."""

    email: Email
    name: ShortText | None = None
    role: RoleName
    permissions: list[Permission] | None = None
    scope: MemberScope = MemberScope()


class InviteMember(Message):
    organization_id: UUID
    member: NewMember


class Member(Message):
    """A member, or somebody invited.

    `permissions` are those in force; `own_permissions`, where given, stand instead of the role's.
    """

    id: UUID
    user_id: UUID | None
    status: Literal["invited", "active"]
    email: str | None
    name: str | None
    role: RoleName
    permissions: list[Permission]
    own_permissions: list[Permission] | None
    scope: MemberScope
    invitation_expires_at: Moment | None
    created_at: Moment
    version: int


class InvitedMember(Member):
    """The token is shown this once; whoever brings it within seven days becomes the member."""

    invitation_token: str


class MemberPage(Message):
    items: list[Member]
    next: str | None


class ListMembers(Message):
    organization_id: UUID
    limit: PageLimit = 50
    after: Cursor | None = None


class MemberRef(Message):
    organization_id: UUID
    member_id: UUID


class MemberPatch(Changes):
    """A merge patch: a field left out stays; null gives the name up or the role's own rights back."""

    name: ShortText | None = absent()
    role: RoleName | None = absent()
    permissions: list[Permission] | None = absent()
    scope: MemberScope | None = absent()


class ChangeMember(Message):
    organization_id: UUID
    member_id: UUID
    version: SeenVersion
    patch: MemberPatch


class AcceptInvitation(Message):
    token: Word


class MembershipsOf(Message):
    user_id: UUID


class Membership(Message):
    """A user in a firm, with the permissions in force."""

    organization_id: UUID
    name: str
    role: RoleName
    permissions: list[Permission]
    suspended: Flag


class Memberships(Message):
    """In the order in which the user joined."""

    items: list[Membership]


class ListAudit(Message):
    organization_id: UUID
    limit: PageLimit = 50
    after: Cursor | None = None


class AuditEntry(Message):
    """Who did what to which record. `actor` is kind:id, `subject` too."""

    id: UUID
    at: Moment
    actor: str
    action: str
    subject: str
    facts: dict[str, Any]


class AuditPage(Message):
    """Newest first."""

    items: list[AuditEntry]
    next: str | None


class _OfOrganization(Event):
    organization_id: UUID

    def event_key(self) -> UUID:
        return self.organization_id


class OrganizationCreated(_OfOrganization):
    """A firm was opened. Heard by: event, sales, analytics."""

    name: str
    slug: str
    currency: Currency


class OrganizationChanged(_OfOrganization):
    """The firm's name or particulars changed. Heard by: event, sales, analytics."""

    name: str
    slug: str
    currency: Currency


class OrganizationSuspended(_OfOrganization):
    """The firm may not sell from now on. Heard by: sales, notification."""

    reason: str


class OrganizationResumed(_OfOrganization):
    """The firm may sell again. Heard by: sales, notification."""


class MemberChanged(Event):
    """The rights that this user had in this firm are others now, or gone. Heard by: auth.

    Joining is none: it takes nothing from a token that is out already.
    """

    organization_id: UUID
    user_id: UUID

    def event_key(self) -> UUID:
        return self.user_id


class Organizations(Protocol):
    """Another firm's id is refused as NotFound, a missing right as Denied, an old version as Stale."""

    async def create(self, caller: Caller, request: NewOrganization) -> Organization:
        """Open a firm that the calling user owns. Raises Denied where only operators may, TaxIdInvalid."""

    async def get(self, caller: Caller, request: OrganizationRef) -> Organization:
        """For every member of the firm."""

    async def change(self, caller: Caller, request: ChangeOrganization) -> Organization:
        """Raises TaxIdInvalid, Stale."""

    async def invite(self, caller: Caller, request: InviteMember) -> InvitedMember:
        """Raises AlreadyMember, AlreadyInvited, GrantExceedsOwn."""

    async def members(self, caller: Caller, request: ListMembers) -> MemberPage:
        """Members and open invitations, in the order in which they came."""

    async def member(self, caller: Caller, request: MemberRef) -> Member:
        """One of `members`, by its id."""

    async def change_member(self, caller: Caller, request: ChangeMember) -> Member:
        """Raises LastOwner, GrantExceedsOwn, Stale."""

    async def remove_member(self, caller: Caller, request: MemberRef) -> Nothing:
        """End a membership, or withdraw an invitation. Raises LastOwner, GrantExceedsOwn."""

    async def accept(self, caller: Caller, request: AcceptInvitation) -> Membership:
        """Make the calling user the invited member. Raises NotFound, InvitationExpired, AlreadyMember."""

    async def memberships(self, caller: Caller, request: MembershipsOf) -> Memberships:
        """The firms of a user; for services and for the user himself. Raises Denied."""

    async def audit_log(self, caller: Caller, request: ListAudit) -> AuditPage:
        """What was done in the firm's name or to it."""

    async def find(self, caller: Caller, request: FindOrganizations) -> OrganizationPage:
        """Every firm of the platform, for operators."""

    async def open(self, caller: Caller, request: OpenOrganization) -> OpenedOrganization:
        """Open a firm for somebody else, as an operator. Raises TaxIdInvalid."""

    async def suspend(self, caller: Caller, request: SuspendOrganization) -> Organization:
        """Stop a firm's selling, as an operator. Raises AlreadySuspended."""

    async def resume(self, caller: Caller, request: SuspendOrganization) -> Organization:
        """Let a firm sell again, as an operator. Raises NotSuspended."""

    async def ensure_organization(self, caller: Caller, request: EnsureOrganization) -> Organization:
        """The firm under the name's slug, opened if need be; for the seed. Raises Denied, SlugTaken."""

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        """The outbox, in order; for services only."""
