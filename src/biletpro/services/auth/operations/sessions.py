"""Sessions: opened by a password, renewed by a refresh token that is good once, ended by their owner.

A repeat with the same Idempotency-Key is not answered from a record here: the answers are bearer secrets,
and only their hashes may be kept. A repeated sign-in opens another session.
"""

from collections.abc import Sequence
from uuid import UUID

from biletpro.adapters import outbox
from biletpro.adapters.idempotency import once
from biletpro.adapters.postgres import Connection
from biletpro.adapters.tokens import TOKEN_LIFETIME_S
from biletpro.contracts.auth import (
    ListSessions,
    RefreshInvalid,
    RefreshReused,
    RefreshSession,
    RefreshTokenReused,
    RevokeSession,
    Session,
    SessionPage,
    SessionPair,
    SignedInUser,
    SignIn,
    SwitchFirm,
)
from biletpro.contracts.organization import Membership
from biletpro.kernel.errors import Invalid, NotFound
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import Nothing
from biletpro.kernel.permissions import Caller

from ..domain import (
    Account,
    OpenSession,
    cursor,
    email_hash,
    email_key,
    new_refresh_token,
    opening_firm,
    parse_cursor,
    permissions_of,
    secret_hash,
)
from ..store import access, sessions, users
from .accounts import shown
from .ground import SCHEMA, Ground, session_of


class SessionOperations(Ground):
    async def sign_in(self, caller: Caller, request: SignIn) -> SessionPair:
        if request.totp is not None:
            raise Invalid("one-time codes are not enabled", field="totp")
        digest = email_hash(request.email)
        async with self._database.system("signing a person in") as connection:
            self._refuse_locked(await users.find_failures(connection, digest))
            account = await users.find_user_by_email(connection, email_key(request.email))
            version = await access.newest_access_version(connection)
        usable = account is not None and not account.disabled
        password_hash = account.password_hash if account is not None and usable else None
        if not await self._matches(password_hash, request.password) or account is None:
            raise await self._fail_sign_in(request.email)
        memberships = await self._memberships(account.id)
        firm = opening_firm(memberships, account.last_organization_id)
        session_id, refresh_token = new_id(), ""
        async with self._database.system("signing a person in") as connection:
            failures = await users.lock_failures(connection, digest)
            # Of many tries at one moment the right one is refused too, once the wrong ones locked the door.
            self._refuse_locked(failures)
            if failures is not None:
                await users.forget_failures(connection, digest)
            if firm is not None:
                await users.remember_firm(connection, account.id, firm.organization_id)
            now = self._clock()
            organization_id = None if firm is None else firm.organization_id
            await sessions.insert_session(
                connection, session_id, account.id, organization_id, now, now + self._rules.session_lasts
            )
            refresh_token = await _new_refresh_token(connection, session_id)
        return self._pair(account, session_id, version, memberships, firm, refresh_token)

    async def refresh(self, caller: Caller, request: RefreshSession) -> SessionPair:
        digest = secret_hash(request.refresh_token)
        async with self._database.system("renewing a session") as connection:
            # Before the rights are asked for: a change after this kills the token that is being made.
            version = await access.newest_access_version(connection)
            owner = await sessions.find_refresh_token(connection, digest)
            if owner is None:
                raise RefreshInvalid
            session_id, user_id = owner
        memberships = await self._memberships(user_id)
        async with self._database.system("renewing a session") as connection:
            session = await sessions.lock_session(connection, session_id, user_id)
            if session is None:
                raise RefreshInvalid
            used_first = await sessions.use_refresh_token(connection, digest, self._clock())
            if used_first:
                account = await self._renewable(connection, session)
                firm = opening_firm(memberships, session.organization_id)
                refresh_token = await self._renew(connection, session_id, firm)
            else:
                await self._close_family(connection, session)
        if not used_first:
            await self._forget_sessions([session_id])
            raise RefreshReused
        return self._pair(account, session_id, version, memberships, firm, refresh_token)

    async def switch(self, caller: Caller, request: SwitchFirm) -> SessionPair:
        user_id, session_id = session_of(caller)
        async with self._database.system("renewing a session") as connection:
            version = await access.newest_access_version(connection)
        memberships = await self._memberships(user_id)
        wanted = [firm for firm in memberships if firm.organization_id == request.organization_id]
        if not wanted:
            raise NotFound
        async with self._database.system("renewing a session") as connection:
            session = await sessions.lock_session(connection, session_id, user_id)
            if session is None:
                raise RefreshInvalid
            account = await self._renewable(connection, session)
            # The old one is withdrawn, not used up: a window left open at the other firm is no thief.
            await sessions.withdraw_refresh_token(connection, session_id)
            refresh_token = await self._renew(connection, session_id, wanted[0])
            await users.remember_firm(connection, user_id, request.organization_id)
        return self._pair(account, session_id, version, memberships, wanted[0], refresh_token)

    async def sessions(self, caller: Caller, request: ListSessions) -> SessionPage:
        user_id, session_id = session_of(caller)
        after = parse_cursor(request.after)
        async with self._database.system("a person's own account") as connection:
            found = await sessions.list_sessions(connection, user_id, self._clock(), after, request.limit + 1)
        items = [_listed(session, session_id) for session in found[: request.limit]]
        return SessionPage(items=items, next=cursor(items[-1].id) if len(found) > request.limit else None)

    async def revoke_session(self, caller: Caller, request: RevokeSession) -> Nothing:
        user_id, own_id = session_of(caller)
        session_id = own_id if request.session_id is None else request.session_id
        async with self._database.system("a person's own account") as connection:

            async def revoke() -> Nothing:
                session = await sessions.lock_session(connection, session_id, user_id)
                if session is None or not session.alive(self._clock()):
                    raise NotFound
                await self._end_sessions(connection, [session_id])
                return Nothing()

            await once(connection, SCHEMA, caller, Nothing, revoke)
        await self._forget_sessions([session_id])
        return Nothing()

    async def _renewable(self, connection: Connection, session: OpenSession) -> Account:
        """Whose session it is. Raises RefreshInvalid when it has ended or its user is disabled."""
        account = await users.find_user(connection, session.user_id)
        if account is None or account.disabled or not session.alive(self._clock()):
            raise RefreshInvalid
        return account

    async def _renew(self, connection: Connection, session_id: UUID, firm: Membership | None) -> str:
        organization_id = None if firm is None else firm.organization_id
        await sessions.renew_session(connection, session_id, organization_id, self._clock())
        return await _new_refresh_token(connection, session_id)

    async def _close_family(self, connection: Connection, session: OpenSession) -> None:
        """One of two holders of a used token is a thief, and nobody can tell which: both are signed out."""
        if session.alive(self._clock()):
            await self._end_sessions(connection, [session.id])
            reused = RefreshTokenReused(user_id=session.user_id, session_id=session.id)
            await outbox.put(connection, SCHEMA, reused, None)

    def _pair(
        self,
        account: Account,
        session_id: UUID,
        version: int,
        memberships: Sequence[Membership],
        firm: Membership | None,
        refresh_token: str,
    ) -> SessionPair:
        organization_id = None if firm is None else firm.organization_id
        bearer = Caller(
            kind="user",
            id=account.id,
            organization_id=organization_id,
            session_id=session_id,
            permissions=permissions_of(firm, operator=account.operator),
            access_version=version,
        )
        return SessionPair(
            access_token=self._tokens.issue(bearer),
            expires_in=TOKEN_LIFETIME_S,
            refresh_token=refresh_token,
            organization_id=organization_id,
            user=SignedInUser(**dict(shown(account)), memberships=list(memberships)),
        )


async def _new_refresh_token(connection: Connection, session_id: UUID) -> str:
    token = new_refresh_token(session_id)
    await sessions.insert_refresh_token(connection, secret_hash(token), session_id)
    return token


def _listed(session: OpenSession, current_id: UUID) -> Session:
    return Session(
        id=session.id,
        organization_id=session.organization_id,
        created_at=session.created_at,
        used_at=session.used_at,
        expires_at=session.expires_at,
        current=session.id == current_id,
    )
