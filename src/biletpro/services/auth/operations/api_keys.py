"""A firm's API keys: made and shown once, listed, revoked, and found by their hash."""

from biletpro.adapters import outbox
from biletpro.adapters.idempotency import once
from biletpro.adapters.postgres import Connection
from biletpro.contracts.auth import (
    API_KEYS_MAX,
    ApiKey,
    ApiKeyCreated,
    ApiKeyHolder,
    ApiKeyInvalid,
    ApiKeyPage,
    ApiKeyRef,
    ApiKeyRevoked,
    CreateApiKey,
    CreatedApiKey,
    FindApiKey,
    ListApiKeys,
    TooManyApiKeys,
)
from biletpro.kernel.errors import Denied, Invalid, NotFound
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import Message, Nothing
from biletpro.kernel.permissions import FIRM_PERMISSIONS, Caller, Permission

from ..domain import API_KEY_SHOWN, api_key, cursor, new_salt, parse_cursor, secret_hash
from ..store import access, api_keys
from .ground import SCHEMA, Ground, for_services_only


class _Made(Message):
    """What may be kept for a repeat: without the repeated request's own key, the salt gives nothing away."""

    made: ApiKey
    salt: str


class ApiKeyOperations(Ground):
    async def api_keys(self, caller: Caller, request: ListApiKeys) -> ApiKeyPage:
        caller.require(Permission.API_KEYS_MANAGE, request.organization_id)
        after = parse_cursor(request.after)
        async with self._database.tenant(request.organization_id) as connection:
            found = await api_keys.list_api_keys(
                connection, request.organization_id, after, request.limit + 1
            )
        items = found[: request.limit]
        return ApiKeyPage(items=items, next=cursor(items[-1].id) if len(found) > request.limit else None)

    async def create_api_key(self, caller: Caller, request: CreateApiKey) -> CreatedApiKey:
        caller.require(Permission.API_KEYS_MANAGE, request.organization_id)
        for permission in request.key.permissions:
            if permission not in caller.permissions & FIRM_PERMISSIONS:
                raise Denied("a key may do no more than whoever makes it", permission=permission.value)
        repeat_key = "" if caller.once is None else caller.once.key
        async with self._database.tenant(request.organization_id) as connection:
            answer = await once(
                connection, SCHEMA, caller, _Made, lambda: self._make(connection, caller, request, repeat_key)
            )
        return CreatedApiKey(**dict(answer.made), key=api_key(answer.salt, repeat_key))

    async def _make(
        self, connection: Connection, caller: Caller, request: CreateApiKey, repeat_key: str
    ) -> _Made:
        now = self._clock()
        if request.key.expires_at is not None and request.key.expires_at <= now:
            raise Invalid("a time to come", field="expires_at")
        if await api_keys.count_api_keys(connection) >= API_KEYS_MAX:
            raise TooManyApiKeys(limit=API_KEYS_MAX)
        salt = new_salt()
        key = api_key(salt, repeat_key)
        made = ApiKey(
            id=new_id(),
            name=request.key.name,
            prefix=key[:API_KEY_SHOWN],
            permissions=sorted(set(request.key.permissions)),
            created_at=now,
            expires_at=request.key.expires_at,
        )
        await api_keys.insert_api_key(
            connection, request.organization_id, made, secret_hash(key), caller.principal()
        )
        created = ApiKeyCreated(
            api_key_id=made.id,
            organization_id=request.organization_id,
            name=made.name,
            actor=caller.principal(),
        )
        await outbox.put(connection, SCHEMA, created, request.organization_id)
        return _Made(made=made, salt=salt)

    async def revoke_api_key(self, caller: Caller, request: ApiKeyRef) -> Nothing:
        caller.require(Permission.API_KEYS_MANAGE, request.organization_id)
        async with self._database.tenant(request.organization_id) as connection:
            return await once(
                connection, SCHEMA, caller, Nothing, lambda: self._revoke(connection, caller, request)
            )

    async def _revoke(self, connection: Connection, caller: Caller, request: ApiKeyRef) -> Nothing:
        name = await api_keys.revoke_api_key(connection, request.api_key_id, self._clock())
        if name is None:
            raise NotFound
        await access.note_access_change(connection, [request.api_key_id])
        revoked = ApiKeyRevoked(
            api_key_id=request.api_key_id,
            organization_id=request.organization_id,
            name=name,
            actor=caller.principal(),
        )
        await outbox.put(connection, SCHEMA, revoked, request.organization_id)
        return Nothing()

    async def find_api_key(self, caller: Caller, request: FindApiKey) -> ApiKeyHolder:
        for_services_only(caller)
        async with self._database.system("finding an API key by its hash") as connection:
            holder = await api_keys.find_api_key(connection, secret_hash(request.key), self._clock())
        if holder is None:
            raise ApiKeyInvalid
        return holder
