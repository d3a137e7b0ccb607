"""Access tokens: EdDSA JWTs of 15 minutes, their keys as JWKS (RFC 8037), and the versions that end them early."""

import base64
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from biletpro.kernel.clock import Clock
from biletpro.kernel.errors import Title, Unauthenticated
from biletpro.kernel.permissions import Caller, Permission

from .signing import SigningKeys

TOKEN_LIFETIME_S: Final = 900
ISSUER: Final = "biletpro"
ALGORITHM: Final = "EdDSA"
VERIFIED_MAX: Final = 10_000
ACCESS_POLL_S: Final = 0.5
# Versions older than a token's life plus this are forgotten: no living token can be older.
ACCESS_MEMORY_SPARE_S: Final = 120


class TokenInvalid(Unauthenticated):
    code = "token_invalid"
    title = Title(
        "Oturum anahtarı geçersiz ya da süresi dolmuş", "The access token is invalid or has expired"
    )


class AccessChanged(Unauthenticated):
    code = "access_changed"
    title = Title("Yetkileriniz değişti, oturumu yenileyin", "Your rights have changed; refresh the session")


class AccessTokens:
    """Makes and reads access tokens. A process that only reads holds the public keys alone."""

    def __init__(self, keys: SigningKeys, clock: Clock) -> None:
        self._keys = keys
        self._publics = keys.publics()
        self._clock = clock

    def issue(self, caller: Caller) -> str:
        """A token for *caller* (a user with a session)."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": ISSUER,
            "sub": str(caller.id),
            "sid": str(caller.session_id),
            "org": str(caller.organization_id) if caller.organization_id else None,
            "perms": sorted(caller.permissions),
            "av": caller.access_version,
            "iat": now,
            "exp": now + TOKEN_LIFETIME_S,
        }
        number = self._keys.newest
        return jwt.encode(
            claims, self._keys.private(number), algorithm=ALGORITHM, headers={"kid": str(number)}
        )

    def read(self, token: str) -> tuple[Caller, datetime]:
        """Who the token speaks for and when it ends. Raises TokenInvalid."""
        try:
            number = int(jwt.get_unverified_header(token).get("kid", ""))
            claims: dict[str, Any] = jwt.decode(
                token,
                self._publics[number],
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "sid"], "verify_exp": False, "verify_iat": False},
            )
            ends = datetime.fromtimestamp(claims["exp"], UTC)
            caller = Caller(
                kind="user",
                id=UUID(claims["sub"]),
                session_id=UUID(claims["sid"]),
                organization_id=UUID(claims["org"]) if claims["org"] else None,
                permissions=frozenset(Permission(name) for name in claims["perms"]),
                access_version=claims["av"],
            )
        except (jwt.InvalidTokenError, ValueError, KeyError, TypeError) as error:
            raise TokenInvalid from error
        if ends <= self._clock():
            raise TokenInvalid
        return caller, ends

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JSON Web Key Set."""
        return {"keys": [_jwk(number, key) for number, key in sorted(self._publics.items())]}


def _jwk(number: int, key: Ed25519PublicKey) -> dict[str, str]:
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": ALGORITHM, "kid": str(number), "x": x}


# The changes after a version: (subject, version) pairs; a subject is a user, a session or a firm.
AccessChanges = Callable[[int], Awaitable[list[tuple[UUID, int]]]]


class AccessWatch:
    """Knows in every process, at most ACCESS_POLL_S late, whose tokens were overtaken by a change of rights."""

    def __init__(self, changes: AccessChanges) -> None:
        self._changes = changes
        self._newest = 0
        self._versions: dict[UUID, tuple[int, float]] = {}

    async def refresh(self) -> None:
        """Learn what changed since the last look, and forget what no living token can be older than."""
        for subject, version in await self._changes(self._newest):
            self._versions[subject] = (version, time.monotonic())
            self._newest = max(self._newest, version)
        horizon = time.monotonic() - TOKEN_LIFETIME_S - ACCESS_MEMORY_SPARE_S
        if self._versions and min(seen for _, seen in self._versions.values()) < horizon:
            self._versions = {key: kept for key, kept in self._versions.items() if kept[1] >= horizon}

    def check(self, caller: Caller) -> None:
        """Raises AccessChanged when the user, the session or the firm changed after the token was made."""
        for subject in (caller.id, caller.session_id, caller.organization_id):
            kept = self._versions.get(subject) if subject is not None else None
            if kept is not None and kept[0] > caller.access_version:
                raise AccessChanged
