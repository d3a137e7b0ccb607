"""What all operations of auth stand on."""

from typing import Final
from uuid import UUID

from biletpro.adapters.passwords import Passwords
from biletpro.adapters.postgres import Connection, Database
from biletpro.adapters.tokens import AccessTokens
from biletpro.adapters.valkey import Cache
from biletpro.contracts.auth import BadCredentials
from biletpro.contracts.organization import Membership, MembershipsOf, Organizations
from biletpro.kernel.clock import Clock
from biletpro.kernel.errors import Denied, Locked
from biletpro.kernel.permissions import Caller, service_caller

from ..domain import Failures, Rules, email_hash, password_text
from ..store import access, sessions, users

SCHEMA: Final = "auth"


class Ground:
    """The edges, the limits, and the few steps that several promises share."""

    def __init__(
        self,
        *,
        database: Database,
        organizations: Organizations,
        passwords: Passwords,
        tokens: AccessTokens,
        cache: Cache,
        clock: Clock,
        rules: Rules,
    ) -> None:
        self._database = database
        self._organizations = organizations
        self._passwords = passwords
        self._tokens = tokens
        self._cache = cache
        self._clock = clock
        self._rules = rules

    async def _memberships(self, user_id: UUID) -> list[Membership]:
        found = await self._organizations.memberships(service_caller(SCHEMA), MembershipsOf(user_id=user_id))
        return found.items

    async def _hashed(self, password: str) -> str:
        return await self._passwords.hashed(password_text(password))

    async def _matches(self, password_hash: str | None, password: str) -> bool:
        return await self._passwords.matches(password_hash, password_text(password))

    def _refuse_locked(self, failures: Failures | None) -> None:
        """Raises Locked."""
        left_s = self._rules.lock_out.left_s(failures, self._clock())
        if left_s:
            raise Locked(retry_after_s=left_s)

    async def _fail_sign_in(self, email: str) -> BadCredentials:
        """Count a wrong password. Raises Locked where others, at the same moment, had used up the tries."""
        digest = email_hash(email)
        async with self._database.system("counting failed sign-ins") as connection:
            failures = await users.begin_failures(connection, digest, self._clock())
            self._refuse_locked(failures)
            counted = self._rules.lock_out.after_failure(failures, self._clock())
            await users.keep_failures(connection, digest, counted)
        return BadCredentials()

    async def _end_sessions(self, connection: Connection, session_ids: list[UUID]) -> None:
        """Revoke sessions that are locked by this transaction; their access tokens die with them."""
        if session_ids:
            await sessions.revoke_sessions(connection, session_ids, self._clock())
            await access.note_access_change(connection, session_ids)

    async def _forget_sessions(self, session_ids: list[UUID]) -> None:
        """Drop what the cache holds of them; without Valkey nothing is read from it either."""
        if session_ids:
            await self._cache.drop(*(cache_key(session_id) for session_id in session_ids))


def cache_key(session_id: UUID) -> str:
    """Under which a session and its user lie in the cache."""
    return f"auth:session:{session_id}"


def session_of(caller: Caller) -> tuple[UUID, UUID]:
    """The user and the session that call. Raises Denied for keys and devices: they are nobody's account."""
    if caller.kind != "user" or caller.id is None or caller.session_id is None:
        raise Denied("for people who are signed in")
    return caller.id, caller.session_id


def for_services_only(caller: Caller) -> None:
    """Raises Denied."""
    if caller.kind != "service":
        raise Denied("for services")
