"""HTTP of accounts, sessions and API keys, and the public keys of access tokens."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from biletpro.adapters.http.etags import IfMatch, etag, seen_version
from biletpro.adapters.http.guard import Guard
from biletpro.adapters.http.problems import PROBLEM_TYPE
from biletpro.adapters.tokens import AccessTokens
from biletpro.contracts.auth import (
    ApiKeyPage,
    ApiKeyRef,
    Auth,
    ChangeMe,
    ChangePassword,
    CreateApiKey,
    CreatedApiKey,
    ListApiKeys,
    ListSessions,
    Me,
    NewApiKey,
    ProfilePatch,
    RefreshSession,
    RegisteredUser,
    RegisterUser,
    RevokeSession,
    SessionPage,
    SessionPair,
    SignIn,
    SwitchFirm,
)
from biletpro.kernel.errors import NotFound
from biletpro.kernel.messages import PAGE_MAX, Message, Nothing
from biletpro.kernel.permissions import Caller

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
After = Annotated[str | None, Query(max_length=1_000, description="`next` of the page before")]
# A rotated key must be known before the first token that it signs.
JWKS_CACHED_S: Final = 300
LOCKED: Final[dict[int | str, dict[str, Any]]] = {
    423: {
        "description": "Locked out after too many failures; a problem document",
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


class PublicKeys(Message):
    """A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037)."""

    keys: list[dict[str, str]]


def router(operations: Auth, guard: Guard, tokens: AccessTokens) -> APIRouter:
    """Everything that is auth's under /api/v1, and /.well-known/jwks.json at the root."""
    routes = APIRouter()
    kept_private = [Depends(_never_stored)]
    for part in (_accounts(operations, guard), _sessions(operations, guard), _api_keys(operations, guard)):
        routes.include_router(part, prefix="/api/v1", dependencies=kept_private)

    @routes.get("/.well-known/jwks.json", tags=["auth"])
    async def jwks(response: Response) -> PublicKeys:
        response.headers["Cache-Control"] = f"public, max-age={JWKS_CACHED_S}"
        return PublicKeys(keys=tokens.jwks()["keys"])

    return routes


async def _never_stored(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


def _accounts(operations: Auth, guard: Guard) -> APIRouter:
    routes = APIRouter(prefix="/auth", tags=["auth"])
    SignedIn = Annotated[Caller, Depends(guard.signed_in)]  # noqa: N806 - a type

    @routes.post("/users", status_code=201)
    async def register(
        body: RegisterUser, caller: Annotated[Caller, Depends(guard.anyone)]
    ) -> RegisteredUser:
        return await operations.register(caller, body)

    @routes.get("/me")
    async def me(caller: SignedIn, response: Response) -> Me:
        return _tagged(response, await operations.me(caller, Nothing()))

    @routes.patch("/me")
    async def change_me(
        body: ProfilePatch, caller: SignedIn, response: Response, if_match: IfMatch = None
    ) -> Me:
        request = ChangeMe(version=seen_version(if_match), patch=body)
        return _tagged(response, await operations.change_me(caller, request))

    @routes.post("/password", status_code=204, responses=LOCKED)
    async def change_password(body: ChangePassword, caller: SignedIn) -> None:
        await operations.change_password(caller, body)

    return routes


def _sessions(operations: Auth, guard: Guard) -> APIRouter:
    routes = APIRouter(prefix="/auth/sessions", tags=["auth"])
    SignedIn = Annotated[Caller, Depends(guard.signed_in)]  # noqa: N806 - a type
    # The body holds the credential; a dead token beside it must not stop whoever comes to replace it.
    Nobody = Annotated[Caller, Depends(guard.nobody)]  # noqa: N806 - a type

    @routes.post("", status_code=201, responses=LOCKED)
    async def sign_in(body: SignIn, caller: Nobody) -> SessionPair:
        return await operations.sign_in(caller, body)

    @routes.post("/refresh", status_code=201)
    async def refresh(body: RefreshSession, caller: Nobody) -> SessionPair:
        return await operations.refresh(caller, body)

    @routes.post("/switch", status_code=201)
    async def switch(body: SwitchFirm, caller: SignedIn) -> SessionPair:
        return await operations.switch(caller, body)

    @routes.get("")
    async def sessions(caller: SignedIn, limit: Limit = 50, after: After = None) -> SessionPage:
        return await operations.sessions(caller, ListSessions(limit=limit, after=after))

    @routes.delete("/{session}", status_code=204)
    async def revoke(
        session: Annotated[str, Path(description="An id, or `current`")], caller: SignedIn
    ) -> None:
        session_id = None if session == "current" else _id(session)
        await operations.revoke_session(caller, RevokeSession(session_id=session_id))

    return routes


def _api_keys(operations: Auth, guard: Guard) -> APIRouter:
    routes = APIRouter(prefix="/organizations/{org}/api-keys", tags=["auth"])
    SignedIn = Annotated[Caller, Depends(guard.signed_in)]  # noqa: N806 - a type

    @routes.get("")
    async def api_keys(org: UUID, caller: SignedIn, limit: Limit = 50, after: After = None) -> ApiKeyPage:
        return await operations.api_keys(caller, ListApiKeys(organization_id=org, limit=limit, after=after))

    @routes.post("", status_code=201)
    async def create_api_key(org: UUID, body: NewApiKey, caller: SignedIn) -> CreatedApiKey:
        return await operations.create_api_key(caller, CreateApiKey(organization_id=org, key=body))

    @routes.delete("/{api_key}", status_code=204)
    async def revoke_api_key(org: UUID, api_key: UUID, caller: SignedIn) -> None:
        await operations.revoke_api_key(caller, ApiKeyRef(organization_id=org, api_key_id=api_key))

    return routes


def _tagged(response: Response, answer: Me) -> Me:
    response.headers["ETag"] = etag(answer.version)
    return answer


def _id(text: str) -> UUID:
    """Raises NotFound: what is no id is as unknown as an unknown one."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error
