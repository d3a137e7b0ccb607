"""HTTP of firms, members, invitations, the audit log, and the operators' list of firms."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from biletpro.adapters.http.etags import IfMatch, etag, seen_version
from biletpro.adapters.http.guard import Guard
from biletpro.contracts.organization import (
    AcceptInvitation,
    AuditPage,
    ChangeMember,
    ChangeOrganization,
    FindOrganizations,
    InvitedMember,
    InviteMember,
    ListAudit,
    ListMembers,
    Member,
    MemberPage,
    MemberPatch,
    MemberRef,
    Membership,
    NewMember,
    NewOrganization,
    OpenedOrganization,
    OpenOrganization,
    Organization,
    OrganizationPage,
    OrganizationPatch,
    OrganizationRef,
    Organizations,
    Reason,
    SuspendOrganization,
)
from biletpro.kernel.messages import PAGE_MAX, LongText, Message, Word
from biletpro.kernel.permissions import Caller

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
After = Annotated[str | None, Query(max_length=1_000, description="`next` of the page before")]


class StandingReason(Message):
    reason: Reason


def router(operations: Organizations, guard: Guard) -> APIRouter:
    """Everything under /api/v1 that is about firms."""
    routes = APIRouter(prefix="/api/v1")
    routes.include_router(_firms(operations, guard))
    routes.include_router(_members(operations, guard))
    routes.include_router(_platform(operations, guard))
    return routes


def _firms(operations: Organizations, guard: Guard) -> APIRouter:
    routes = APIRouter(tags=["organizations"])
    SignedIn = Annotated[Caller, Depends(guard.signed_in)]  # noqa: N806 - a type

    @routes.post("/organizations", status_code=201)
    async def create(body: NewOrganization, caller: SignedIn, response: Response) -> Organization:
        return _tagged(response, await operations.create(caller, body))

    @routes.get("/organizations/{org}")
    async def get(org: UUID, caller: SignedIn, response: Response) -> Organization:
        return _tagged(response, await operations.get(caller, OrganizationRef(organization_id=org)))

    @routes.patch("/organizations/{org}")
    async def change(
        org: UUID, body: OrganizationPatch, caller: SignedIn, response: Response, if_match: IfMatch = None
    ) -> Organization:
        request = ChangeOrganization(organization_id=org, version=seen_version(if_match), patch=body)
        return _tagged(response, await operations.change(caller, request))

    @routes.get("/organizations/{org}/audit-log")
    async def audit_log(org: UUID, caller: SignedIn, limit: Limit = 50, after: After = None) -> AuditPage:
        return await operations.audit_log(caller, ListAudit(organization_id=org, limit=limit, after=after))

    return routes


def _members(operations: Organizations, guard: Guard) -> APIRouter:
    routes = APIRouter(tags=["members"])
    SignedIn = Annotated[Caller, Depends(guard.signed_in)]  # noqa: N806 - a type

    @routes.get("/organizations/{org}/members")
    async def members(org: UUID, caller: SignedIn, limit: Limit = 50, after: After = None) -> MemberPage:
        return await operations.members(caller, ListMembers(organization_id=org, limit=limit, after=after))

    @routes.post("/organizations/{org}/members", status_code=201)
    async def invite(org: UUID, body: NewMember, caller: SignedIn, response: Response) -> InvitedMember:
        invited = await operations.invite(caller, InviteMember(organization_id=org, member=body))
        return _tagged(response, invited)

    @routes.get("/organizations/{org}/members/{id}")
    async def member(org: UUID, id: UUID, caller: SignedIn, response: Response) -> Member:
        found = await operations.member(caller, MemberRef(organization_id=org, member_id=id))
        return _tagged(response, found)

    @routes.patch("/organizations/{org}/members/{id}")
    async def change_member(
        org: UUID,
        id: UUID,
        body: MemberPatch,
        caller: SignedIn,
        response: Response,
        if_match: IfMatch = None,
    ) -> Member:
        request = ChangeMember(organization_id=org, member_id=id, version=seen_version(if_match), patch=body)
        return _tagged(response, await operations.change_member(caller, request))

    @routes.delete("/organizations/{org}/members/{id}", status_code=204)
    async def remove_member(org: UUID, id: UUID, caller: SignedIn) -> None:
        await operations.remove_member(caller, MemberRef(organization_id=org, member_id=id))

    @routes.post("/invitations/{token}/accept")
    async def accept(token: Annotated[Word, Path()], caller: SignedIn) -> Membership:
        return await operations.accept(caller, AcceptInvitation(token=token))

    return routes


def _platform(operations: Organizations, guard: Guard) -> APIRouter:
    routes = APIRouter(prefix="/platform", tags=["platform"])
    SignedIn = Annotated[Caller, Depends(guard.signed_in)]  # noqa: N806 - a type

    @routes.get("/organizations")
    async def find(
        caller: SignedIn,
        query: Annotated[LongText, Query(max_length=200)] = "",
        limit: Limit = 50,
        after: After = None,
    ) -> OrganizationPage:
        return await operations.find(caller, FindOrganizations(query=query, limit=limit, after=after))

    @routes.post("/organizations", status_code=201)
    async def open_for(body: OpenOrganization, caller: SignedIn, response: Response) -> OpenedOrganization:
        return _tagged(response, await operations.open(caller, body))

    @routes.post("/organizations/{org}/suspend")
    async def suspend(org: UUID, body: StandingReason, caller: SignedIn, response: Response) -> Organization:
        request = SuspendOrganization(organization_id=org, reason=body.reason)
        return _tagged(response, await operations.suspend(caller, request))

    @routes.post("/organizations/{org}/resume")
    async def resume(org: UUID, body: StandingReason, caller: SignedIn, response: Response) -> Organization:
        request = SuspendOrganization(organization_id=org, reason=body.reason)
        return _tagged(response, await operations.resume(caller, request))

    return routes


Versioned = TypeVar("Versioned", Organization, OpenedOrganization, Member, InvitedMember)


def _tagged(response: Response, record: Versioned) -> Versioned:
    response.headers["ETag"] = etag(record.version)
    return record
