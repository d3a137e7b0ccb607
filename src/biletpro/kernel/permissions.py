"""Who is calling, and what they may do."""

from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from .errors import Denied, NotFound
from .messages import Message


class Permission(StrEnum):
    """What a member may do within a firm, or an operator on the platform."""

    ORGANIZATION_MANAGE = "organization:manage"
    MEMBERS_MANAGE = "members:manage"
    API_KEYS_MANAGE = "api_keys:manage"
    EVENTS_READ = "events:read"
    EVENTS_MANAGE = "events:manage"
    ORDERS_READ = "orders:read"
    ORDERS_MANAGE = "orders:manage"
    BOX_OFFICE = "box_office:sell"
    DOOR = "door:scan"
    REPORTS_READ = "reports:read"
    AUDIT_READ = "audit:read"
    PLATFORM = "platform:operate"


API_KEY_PREFIX: Final = "bp_"  # tells an API key from an access token
FIRM_PERMISSIONS: Final = frozenset(Permission) - {Permission.PLATFORM}


class Once(Message):
    """What makes a repeated write the same write: the client's key and what it was sent with."""

    route: str
    key: str
    body_hash: str


class Caller(Message):
    """The principal of a call, as the guard found it. Crosses RPC beside the request."""

    kind: Literal["anonymous", "user", "api_key", "device", "service"]
    id: UUID | None = None
    organization_id: UUID | None = None
    session_id: UUID | None = None
    permissions: frozenset[Permission] = frozenset()
    access_version: int = 0
    locale: Literal["tr", "en"] = "tr"
    trace_id: str = ""
    once: Once | None = None

    def principal(self) -> str:
        """Who it is, for the scope of an idempotency key and for the audit log."""
        return f"{self.kind}:{self.id}" if self.id is not None else self.kind

    def require(self, permission: Permission, organization_id: UUID) -> None:
        """Raises NotFound for another firm's record, Denied where the permission is missing."""
        if self.organization_id != organization_id:
            raise NotFound
        if permission not in self.permissions:
            raise Denied(permission=permission.value)

    def require_operator(self) -> None:
        """Raises Denied for anybody but a platform operator."""
        if Permission.PLATFORM not in self.permissions:
            raise Denied(permission=Permission.PLATFORM.value)


ANONYMOUS: Final = Caller(kind="anonymous")


def service_caller(name: str) -> Caller:
    """A service speaking for itself: readers of feeds, catch-up calls."""
    return Caller(kind="service", trace_id=name)
