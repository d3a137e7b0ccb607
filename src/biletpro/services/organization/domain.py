"""Rules of firms and members: tax numbers, rights, cursors. Pure."""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from biletpro.contracts.organization import (
    ROLES,
    GrantExceedsOwn,
    Member,
    MemberPatch,
    MemberScope,
    Organization,
    OrganizationPatch,
    RoleName,
    TaxIdInvalid,
)
from biletpro.kernel.errors import Invalid
from biletpro.kernel.permissions import FIRM_PERMISSIONS, Caller, Permission
from biletpro.kernel.turkish import slug

INVITATION_LIFETIME_DAYS: Final = 7
INVITATION_TOKEN_BYTES: Final = 32
SLUG_LENGTH_MAX: Final = 60
SLUG_NUMBERS_MAX: Final = 9
VKN_LENGTH: Final = 10
TCKN_LENGTH: Final = 11


def checked_tax_id(tax_id: str | None) -> str | None:
    """*tax_id*, a VKN or a TCKN with its check digits right. Raises TaxIdInvalid."""
    if tax_id is None:
        return None
    digits = [int(digit) for digit in tax_id]
    good = is_vkn(digits) if len(digits) == VKN_LENGTH else is_tckn(digits)
    if not good:
        raise TaxIdInvalid("the check digits do not match", field="tax_id")
    return tax_id


def is_vkn(digits: Sequence[int]) -> bool:
    """Whether ten digits are a tax number of the Turkish revenue administration."""
    assert len(digits) == VKN_LENGTH, "a VKN has ten digits"
    total = 0
    for place, digit in enumerate(digits[:9]):
        moved = (digit + 9 - place) % 10
        total += 9 if moved == 9 else moved * 2 ** (9 - place) % 9  # noqa: PLR2004 - the rule is modulo nine
    return digits[9] == (10 - total % 10) % 10


def is_tckn(digits: Sequence[int]) -> bool:
    """Whether eleven digits are a Turkish identity number."""
    assert len(digits) == TCKN_LENGTH, "a TCKN has eleven digits"
    tenth = (sum(digits[0:9:2]) * 7 - sum(digits[1:8:2])) % 10
    return digits[0] != 0 and digits[9] == tenth and digits[10] == sum(digits[:10]) % 10


def slugs(name: str, organization_id: UUID) -> Iterable[str]:
    """Addresses for a firm in the order in which they are tried; the last holds of the id, so is free."""
    tail = organization_id.hex[-12:]
    base = slug(name)[:SLUG_LENGTH_MAX].rstrip("-")
    if base:
        yield base
        yield from (f"{base}-{number}" for number in range(2, SLUG_NUMBERS_MAX + 1))
        yield f"{base}-{tail}"
    else:  # a name without one Latin letter
        yield f"firma-{tail}"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a member may do: a role, and the permissions that stand instead of its own where there are any."""

    role: RoleName
    own_permissions: frozenset[Permission] | None

    def permissions(self) -> frozenset[Permission]:
        """Those in force."""
        return ROLES[self.role] if self.own_permissions is None else self.own_permissions


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a token stands for: a row that waits for its user, or has had him since."""

    member_id: UUID
    accepted_by: UUID | None
    expired: bool


def rights(role: RoleName, permissions: Sequence[Permission] | None) -> Rights:
    """Raises Invalid(field=permissions): an owner's are whole, the platform's no firm's to give."""
    if permissions is None:
        return Rights(role, None)
    if role == "owner":
        raise Invalid("an owner has every permission", field="permissions")
    if not FIRM_PERMISSIONS.issuperset(permissions):
        raise Invalid("not a permission of a firm", field="permissions")
    return Rights(role, frozenset(permissions))


def rights_of(member: Member) -> Rights:
    """Those of a member or of somebody invited."""
    own = member.own_permissions
    return Rights(member.role, None if own is None else frozenset(own))


def merged_organization(firm: Organization, patch: OrganizationPatch) -> OrganizationPatch:
    """Every particular that a patch may name, as it is after this one. Raises Invalid, TaxIdInvalid."""
    given = patch.given()
    if "name" in given and given["name"] is None:
        raise Invalid("a firm has a name", field="name")
    checked_tax_id(given.get("tax_id"))
    return OrganizationPatch(
        name=firm.name, legal_name=firm.legal_name, tax_office=firm.tax_office, tax_id=firm.tax_id
    ).model_copy(update=given)


def merged_member(member: Member, patch: MemberPatch) -> Member:
    """The member after the patch. Raises Invalid."""
    given = patch.given()
    if "role" in given and given["role"] is None:
        raise Invalid("a member has a role", field="role")
    role = given.get("role", member.role)
    asked = rights(role, given.get("permissions", member.own_permissions))
    scope = given.get("scope", member.scope)
    return member.model_copy(
        update={
            "name": given.get("name", member.name),
            "role": role,
            "permissions": sorted(asked.permissions()),
            "own_permissions": None if asked.own_permissions is None else sorted(asked.own_permissions),
            "scope": MemberScope() if scope is None else scope,
        }
    )


def may_touch(caller: Caller, *, caller_is_owner: bool, member: Rights) -> None:
    """Raises GrantExceedsOwn: only owners touch owners, nobody gives or takes rights he lacks."""
    if member.role == "owner" and not caller_is_owner:
        raise GrantExceedsOwn(role="owner")
    lacking = member.permissions() - caller.permissions
    if lacking:
        raise GrantExceedsOwn(permissions=sorted(lacking))


def email_key(email: str) -> str:
    """The form under which two spellings of an e-mail are one; never folded the Turkish way."""
    return email.casefold()


def token_hash(token: str) -> bytes:
    """What is stored of an invitation's token."""
    return hashlib.sha256(token.encode()).digest()


def id_cursor(last: UUID) -> str:
    """Where a list by id goes on."""
    return last.hex


def parse_id_cursor(text: str | None) -> UUID | None:
    """Raises Invalid(field=after) for what `id_cursor` did not write."""
    if text is None:
        return None
    try:
        found = UUID(hex=text)
    except ValueError as error:
        raise Invalid("not a cursor of this list", field="after") from error
    if found.hex != text:
        raise Invalid("not a cursor of this list", field="after")
    return found


def name_cursor(sort_key: str, last: UUID) -> str:
    """Where a list by name goes on."""
    return base64.urlsafe_b64encode(json.dumps([sort_key, last.hex]).encode()).decode().rstrip("=")


def parse_name_cursor(text: str | None) -> tuple[str, UUID] | None:
    """Raises Invalid(field=after) for what `name_cursor` did not write."""
    if text is None:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        sort_key, last = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        found = (str(sort_key), UUID(hex=last))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("not a cursor of this list", field="after") from error
    # A key of ours holds neither; the database would choke on them.
    if "\x00" in found[0] or not found[0].isprintable() or name_cursor(*found) != text:
        raise Invalid("not a cursor of this list", field="after")
    return found
