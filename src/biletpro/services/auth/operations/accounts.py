"""A person's account: registering, looking at it, changing it and its password."""

import dataclasses
from typing import Final
from uuid import UUID

from biletpro.adapters import outbox
from biletpro.adapters.idempotency import once
from biletpro.adapters.postgres import Connection
from biletpro.contracts.auth import (
    BadCredentials,
    ChangeMe,
    ChangePassword,
    EnsureUser,
    Me,
    PasswordChanged,
    RefreshInvalid,
    RegisteredUser,
    RegisterUser,
    RegistrationClosed,
    RegistrationRepeated,
    User,
    UserRegistered,
)
from biletpro.contracts.organization import Membership
from biletpro.contracts.patches import check_version
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import PAGE_MAX, Message, Nothing
from biletpro.kernel.permissions import Caller, Permission

from ..domain import Account, check_password, email_hash, email_key
from ..store import sessions, users
from .ground import SCHEMA, Ground, cache_key, for_services_only, session_of

# A write drops the entry; what another process put back at that moment lives no longer than this.
SESSION_CACHED_S: Final = 30


class _Seen(Message):
    """What the cache holds of a session: whose it is."""

    user: User
    version: int


class AccountOperations(Ground):
    async def register(self, caller: Caller, request: RegisterUser) -> RegisteredUser:
        if not self._rules.open_registration and Permission.PLATFORM not in caller.permissions:
            raise RegistrationClosed
        check_password(request.password, request.email, request.name, field="password")
        password_hash = await self._hashed(request.password)
        async with self._database.system("registering a person") as connection:
            return await once(
                connection,
                SCHEMA,
                caller,
                RegisteredUser,
                lambda: self._register(connection, request, password_hash),
            )

    async def _register(
        self, connection: Connection, request: RegisterUser, password_hash: str
    ) -> RegisteredUser:
        user_id = new_id()
        if await _insert(connection, user_id, request, password_hash, operator=False):
            registered = UserRegistered(
                user_id=user_id, email=request.email, name=request.name, locale=request.locale
            )
            await outbox.put(connection, SCHEMA, registered, None)
        else:
            known = await users.find_user_by_email(connection, email_key(request.email))
            assert known is not None, "an e-mail that is taken stays taken"
            repeated = RegistrationRepeated(user_id=known.id, email=known.email, locale=known.locale)
            await outbox.put(connection, SCHEMA, repeated, None)
        # The same for both: nobody learns here whether an e-mail has an account.
        return RegisteredUser(id=user_id, email=request.email, name=request.name, locale=request.locale)

    async def ensure_user(self, caller: Caller, request: EnsureUser) -> User:
        for_services_only(caller)
        key = email_key(request.email)
        async with self._database.system("ensuring that a seeded person exists") as connection:
            known = await users.find_user_by_email(connection, key)
        if known is not None:
            return shown(known)
        password_hash = await self._hashed(request.password)
        async with self._database.system("ensuring that a seeded person exists") as connection:
            user_id = new_id()
            if await _insert(connection, user_id, request, password_hash, operator=request.operator):
                registered = UserRegistered(
                    user_id=user_id, email=request.email, name=request.name, locale=request.locale
                )
                await outbox.put(connection, SCHEMA, registered, None)
            known = await users.find_user_by_email(connection, key)
        assert known is not None, "either this insert or another made it"
        return shown(known)

    async def me(self, caller: Caller, request: Nothing) -> Me:
        user_id, session_id = session_of(caller)
        kept = await self._cache.get(cache_key(session_id))
        if kept is not None:
            seen = _Seen.model_validate_json(kept)
        else:
            seen = await self._look(user_id, session_id)
            entry = seen.model_dump_json().encode()
            await self._cache.put(cache_key(session_id), entry, SESSION_CACHED_S)
        memberships = await self._memberships(user_id)
        return _me(caller, session_id, seen.user, seen.version, memberships)

    async def _look(self, user_id: UUID, session_id: UUID) -> _Seen:
        async with self._database.system("a person's own account") as connection:
            session = await sessions.find_session(connection, session_id, user_id)
            account = await users.find_user(connection, user_id)
        if session is None or not session.alive(self._clock()) or account is None or account.disabled:
            raise RefreshInvalid
        return _Seen(user=shown(account), version=account.version)

    async def change_me(self, caller: Caller, request: ChangeMe) -> Me:
        user_id, session_id = session_of(caller)
        memberships = await self._memberships(user_id)
        async with self._database.system("a person's own account") as connection:

            async def change() -> Me:
                account = await _change_profile(connection, user_id, request)
                return _me(caller, session_id, shown(account), account.version, memberships)

            answer = await once(connection, SCHEMA, caller, Me, change)
            live = await sessions.list_sessions(connection, user_id, self._clock(), None, PAGE_MAX)
        await self._forget_sessions([session.id for session in live])
        return answer

    async def change_password(self, caller: Caller, request: ChangePassword) -> Nothing:
        user_id, session_id = session_of(caller)
        async with self._database.system("a person's own account") as connection:
            account = await users.find_user(connection, user_id)
            if account is None or account.disabled:
                raise RefreshInvalid
            self._refuse_locked(await users.find_failures(connection, email_hash(account.email)))
        check_password(request.new, account.email, account.name, field="new")
        matched = await self._matches(account.password_hash, request.current)
        password_hash = await self._hashed(request.new) if matched else None
        ended: list[UUID] = []
        try:
            async with self._database.system("a person's own account") as connection:
                await once(
                    connection,
                    SCHEMA,
                    caller,
                    Nothing,
                    lambda: self._set_password(connection, user_id, session_id, password_hash, ended),
                )
        except BadCredentials as refusal:
            # Counted in a transaction of its own: this one has been rolled back.
            raise await self._fail_sign_in(account.email) from refusal
        await self._forget_sessions(ended)
        return Nothing()

    async def _set_password(
        self,
        connection: Connection,
        user_id: UUID,
        session_id: UUID,
        password_hash: str | None,
        ended: list[UUID],
    ) -> Nothing:
        """*ended* learns which sessions went. Raises BadCredentials where there is no new hash."""
        if password_hash is None:
            raise BadCredentials
        live = await sessions.lock_live_sessions(connection, user_id, self._clock())
        await users.set_password(connection, user_id, password_hash)
        ended.extend(other for other in live if other != session_id)
        await self._end_sessions(connection, ended)
        await outbox.put(connection, SCHEMA, PasswordChanged(user_id=user_id), None)
        return Nothing()


async def _insert(
    connection: Connection, user_id: UUID, request: RegisterUser, password_hash: str, *, operator: bool
) -> bool:
    return await users.insert_user(
        connection,
        user_id,
        request.email,
        email_key(request.email),
        request.name,
        request.locale,
        password_hash,
        operator=operator,
    )


async def _change_profile(connection: Connection, user_id: UUID, request: ChangeMe) -> Account:
    before = await users.lock_user(connection, user_id)
    if before is None or before.disabled:
        raise RefreshInvalid
    check_version(request.version, before.version)
    after = dataclasses.replace(before, **request.patch.given(), version=before.version + 1)
    await users.change_profile(connection, after)
    return after


def shown(account: Account) -> User:
    """An account without its secrets."""
    return User(
        id=account.id,
        email=account.email,
        name=account.name,
        locale=account.locale,
        operator=account.operator,
        verified=account.verified,
    )


def _me(caller: Caller, session_id: UUID, user: User, version: int, memberships: list[Membership]) -> Me:
    return Me(
        **dict(user),
        memberships=memberships,
        organization_id=caller.organization_id,
        permissions=sorted(caller.permissions),
        session_id=session_id,
        version=version,
    )
