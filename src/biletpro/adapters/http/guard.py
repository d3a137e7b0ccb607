"""The one guard: turns the Authorization header into a Caller, and the idempotency header into its Once."""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final

from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from biletpro.adapters.signing import body_hash
from biletpro.adapters.tokens import VERIFIED_MAX, AccessTokens, AccessWatch, TokenInvalid
from biletpro.kernel.clock import Clock
from biletpro.kernel.errors import Invalid, Title, Unauthenticated, Unparsable
from biletpro.kernel.permissions import ANONYMOUS, API_KEY_PREFIX, Caller, Once

from .problems import language, trace_id

API_KEY_TRUSTED_S: Final = 1.0
KEY_LENGTH_MIN: Final = 16
KEY_LENGTH_MAX: Final = 128
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

# Who an API key speaks for; raises Unauthenticated for an unknown or revoked one.
FindApiKey = Callable[[str], Awaitable[Caller]]

# Reads nothing that counts: it is how FastAPI writes into the document which operations need a credential.
Documented = Annotated[
    HTTPAuthorizationCredentials | None,
    Security(HTTPBearer(scheme_name="bearer", description="An access token or an API key", auto_error=False)),
]


class IdempotencyKeyMissing(Unparsable):
    code = "idempotency_key_missing"
    title = Title("Idempotency-Key başlığı gerekli", "The Idempotency-Key header is required")


class Guard:
    """Finds the caller of every request; services ask it and nothing else."""

    def __init__(
        self, tokens: AccessTokens, watch: AccessWatch, find_api_key: FindApiKey, clock: Clock
    ) -> None:
        self._tokens = tokens
        self._watch = watch
        self._find_api_key = find_api_key
        self._clock = clock
        self._verified: dict[str, tuple[Caller, datetime]] = {}
        self._api_keys: dict[str, tuple[Caller, float]] = {}

    async def signed_in(self, request: Request, _scheme: Documented = None) -> Caller:
        """FastAPI dependency: a user, an API key or a device. Raises Unauthenticated."""
        caller = await self.anyone(request)
        if caller.kind == "anonymous":
            raise Unauthenticated
        return caller

    async def anyone(self, request: Request) -> Caller:
        """FastAPI dependency: whoever it is; a credential that is given must be good."""
        return await _described(await self._credential(request.headers.get("authorization")), request)

    async def nobody(self, request: Request) -> Caller:
        """FastAPI dependency: anonymous whatever the header says, where the body holds the credential."""
        return await _described(ANONYMOUS, request)

    async def _credential(self, header: str | None) -> Caller:
        if header is None:
            return ANONYMOUS
        scheme, _, credential = header.partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential:
            raise TokenInvalid
        if credential.startswith(API_KEY_PREFIX):
            caller = await self._api_key(credential)
        else:
            caller = self._access_token(credential)
        self._watch.check(caller)
        return caller

    def _access_token(self, token: str) -> Caller:
        known = self._verified.get(token)
        if known is not None and known[1] > self._clock():
            return known[0]
        caller, ends = self._tokens.read(token)
        if len(self._verified) >= VERIFIED_MAX:
            self._verified.clear()
        self._verified[token] = (caller, ends)
        return caller

    async def _api_key(self, key: str) -> Caller:
        known = self._api_keys.get(key)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        caller = await self._find_api_key(key)
        if len(self._api_keys) >= VERIFIED_MAX:
            self._api_keys.clear()
        self._api_keys[key] = (caller, time.monotonic() + API_KEY_TRUSTED_S)
        return caller


async def _described(caller: Caller, request: Request) -> Caller:
    """*caller* with the language, the trace and the repeat key of this request."""
    spoken = "tr" if language(request.scope["headers"]) == "tr" else "en"
    return caller.model_copy(
        update={
            "locale": spoken,
            "trace_id": trace_id(request.scope),
            "once": await once_of(request),
        }
    )


def idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key header. Raises Invalid when it is not 16 to 128 printable ASCII characters."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not (KEY_LENGTH_MIN <= len(key) <= KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
        raise Invalid("16 to 128 printable ASCII characters", field="Idempotency-Key")
    return key


async def once_of(request: Request) -> Once | None:
    """What makes this write repeatable, where the client asked for it."""
    key = idempotency_key(request) if request.method in WRITES else None
    if key is None:
        return None
    body = await request.body()
    return Once(route=f"{request.method} {request.scope['path']}", key=key, body_hash=body_hash(body))
