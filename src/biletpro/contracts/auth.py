"""Auth: people, their sessions and passwords, a firm's API keys, and the versions that end a token early.

Called by every process for `access_changes` and `find_api_key` (the guard), by the seed for `ensure_user`,
and by the pages. Its events are heard by notification and analytics.
"""

from typing import Annotated, Final, Literal, Protocol
from uuid import UUID

from email_validator import validate_email
from pydantic import AfterValidator, Field, StringConstraints

from biletpro.contracts.organization import Membership
from biletpro.contracts.patches import Changes, SeenVersion, absent
from biletpro.kernel.errors import Conflict, Denied, Invalid, Title, Unauthenticated
from biletpro.kernel.events import Event, FeedPage, FeedRequest
from biletpro.kernel.messages import PAGE_MAX, Flag, Message, Moment, Nothing, ShortText
from biletpro.kernel.permissions import Caller, Permission

EMAIL_LENGTH_MAX: Final = 254
PASSWORD_LENGTH_MAX: Final = 200
API_KEYS_MAX: Final = 100


def _address(text: str) -> str:
    # Names under .test are for trials (RFC 6761); whether mail arrives is found out by sending some.
    return validate_email(text, check_deliverability=False, test_environment=True).normalized


EmailAddress = Annotated[
    str, Field(max_length=EMAIL_LENGTH_MAX, json_schema_extra={"format": "email"}), AfterValidator(_address)
]
# Spaces at either end belong to a password; `repr=False` keeps it out of logs and tracebacks.
Password = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=PASSWORD_LENGTH_MAX),
    Field(repr=False),
]
PageLimit = Annotated[int, Field(ge=1, le=PAGE_MAX)]
Cursor = Annotated[str, Field(max_length=1_000)]
Locale = Literal["tr", "en"]
Grants = Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))]


class BadCredentials(Unauthenticated):
    code = "bad_credentials"
    title = Title("E-posta ya da parola hatalı", "The e-mail or the password is wrong")


class RefreshInvalid(Unauthenticated):
    code = "refresh_invalid"
    title = Title("Oturum sona ermiş, yeniden giriş yapın", "The session has ended; sign in again")


class RefreshReused(Unauthenticated):
    code = "refresh_reused"
    title = Title(
        "Yenileme anahtarı ikinci kez kullanıldı, oturum kapatıldı",
        "The refresh token was used before; the session has been closed",
    )


class ApiKeyInvalid(Unauthenticated):
    code = "api_key_invalid"
    title = Title("API anahtarı geçersiz", "The API key is invalid")


class RegistrationClosed(Denied):
    code = "registration_closed"
    title = Title("Kayıt şu anda kapalı", "Registration is closed")


class PasswordWeak(Invalid):
    code = "password_weak"
    title = Title("Parola çok zayıf", "The password is too weak")


class TooManyApiKeys(Conflict):
    code = "too_many_api_keys"
    title = Title("API anahtarı sınırına ulaşıldı", "The firm has as many API keys as it may have")


class RegisterUser(Message):
    email: EmailAddress
    password: Password
    name: ShortText
    locale: Locale = "tr"


class RegisteredUser(Message):
    """What was asked for; a known e-mail gets the same answer, with an id that is nobody's."""

    id: UUID
    email: str
    name: str
    locale: Locale


class EnsureUser(RegisterUser):
    """A user that shall exist under this e-mail; one who exists is left as he is."""

    operator: Flag = False


class User(Message):
    """A person. `verified` once the e-mail has been proven."""

    id: UUID
    email: str
    name: str
    locale: Locale
    operator: bool
    verified: bool


class SignedInUser(User):
    memberships: list[Membership]


class SignIn(Message):
    email: EmailAddress
    password: Password
    totp: Annotated[str | None, Field(max_length=10, repr=False)] = None


class RefreshSession(Message):
    refresh_token: Annotated[str, Field(min_length=1, max_length=200, repr=False)]


class SwitchFirm(Message):
    organization_id: UUID


class SessionPair(Message):
    """An access token for one firm (or none), and the refresh token that makes the next pair, once."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a word of RFC 6750
    expires_in: int
    refresh_token: str = Field(repr=False)
    organization_id: UUID | None
    user: SignedInUser


class ListSessions(Message):
    limit: PageLimit = 50
    after: Cursor | None = None


class Session(Message):
    """A live session; `used_at` is its last renewal, `current` the one that asks."""

    id: UUID
    organization_id: UUID | None
    created_at: Moment
    used_at: Moment
    expires_at: Moment
    current: bool


class SessionPage(Message):
    """Newest first."""

    items: list[Session]
    next: str | None


class RevokeSession(Message):
    """One session of the calling user; None for the one that asks."""

    session_id: UUID | None


class Me(SignedInUser):
    """Who is signed in, and for which firm. `version` grows with every change and is the ETag."""

    organization_id: UUID | None
    permissions: list[Permission]
    session_id: UUID
    version: int


class ProfilePatch(Changes):
    """A field left out stays; neither can be emptied."""

    name: ShortText = absent()
    locale: Locale = absent()


class ChangeMe(Message):
    version: SeenVersion
    patch: ProfilePatch


class ChangePassword(Message):
    current: Password
    new: Password


class NewApiKey(Message):
    """At most the rights of whoever makes it."""

    name: ShortText
    permissions: Grants
    expires_at: Moment | None = None


class CreateApiKey(Message):
    organization_id: UUID
    key: NewApiKey


class ApiKey(Message):
    """`prefix` is how the key begins: enough to tell it from others."""

    id: UUID
    name: str
    prefix: str
    permissions: list[Permission]
    created_at: Moment
    expires_at: Moment | None


class CreatedApiKey(ApiKey):
    """The key itself, shown this once."""

    key: str = Field(repr=False)


class ListApiKeys(Message):
    organization_id: UUID
    limit: PageLimit = 50
    after: Cursor | None = None


class ApiKeyPage(Message):
    """Newest first."""

    items: list[ApiKey]
    next: str | None


class ApiKeyRef(Message):
    organization_id: UUID
    api_key_id: UUID


class FindApiKey(Message):
    key: str = Field(repr=False)


class ApiKeyHolder(Message):
    """Whom a key speaks for, as of `access_version`."""

    id: UUID
    organization_id: UUID
    permissions: list[Permission]
    access_version: int


class AccessChangesSince(Message):
    """0 asks for all that a living token could have missed."""

    after: Annotated[int, Field(ge=0)]


class AccessChange(Message):
    """Tokens of this user, session or API key that are older than `version` are dead."""

    subject: UUID
    version: int


class AccessChangesPage(Message):
    """In order of version. `newest` is where to ask on from."""

    changes: list[AccessChange]
    newest: int


class _OfUser(Event):
    user_id: UUID

    def event_key(self) -> UUID:
        return self.user_id


class UserRegistered(_OfUser):
    """Somebody has an account. Heard by: notification (asks to prove the e-mail), analytics."""

    email: str
    name: str
    locale: Locale


class RegistrationRepeated(_OfUser):
    """Somebody registered with the e-mail of this user. Heard by: notification (tells the user)."""

    email: str
    locale: Locale


class PasswordChanged(_OfUser):
    """Heard by: notification (tells the user)."""


class RefreshTokenReused(_OfUser):
    """A refresh token came twice, so it was stolen or lost. Heard by: notification (tells the user)."""

    session_id: UUID


class _OfApiKey(Event):
    api_key_id: UUID
    organization_id: UUID
    name: str
    actor: str

    def event_key(self) -> UUID:
        return self.api_key_id


class ApiKeyCreated(_OfApiKey):
    """`actor` is kind:id of whoever made it. Heard by: notification, the audit of the firm."""


class ApiKeyRevoked(_OfApiKey):
    """Heard by: notification, the audit of the firm."""


class Auth(Protocol):
    """Another person's session or another firm's key is refused as NotFound, a missing right as Denied."""

    async def register(self, caller: Caller, request: RegisterUser) -> RegisteredUser:
        """Make an account. Raises PasswordWeak, RegistrationClosed."""

    async def sign_in(self, caller: Caller, request: SignIn) -> SessionPair:
        """Open a session in the only or last used firm. Raises BadCredentials, Locked."""

    async def refresh(self, caller: Caller, request: RefreshSession) -> SessionPair:
        """The next pair of a session. Raises RefreshInvalid; RefreshReused, having closed the session."""

    async def switch(self, caller: Caller, request: SwitchFirm) -> SessionPair:
        """A pair for another firm of the user, in the same session. Raises NotFound, RefreshInvalid."""

    async def sessions(self, caller: Caller, request: ListSessions) -> SessionPage:
        """The live sessions of the calling user."""

    async def revoke_session(self, caller: Caller, request: RevokeSession) -> Nothing:
        """End a session: its access tokens are dead everywhere within two seconds. Raises NotFound."""

    async def me(self, caller: Caller, request: Nothing) -> Me:
        """The calling user, with firms and rights. Raises RefreshInvalid when the session has ended."""

    async def change_me(self, caller: Caller, request: ChangeMe) -> Me:
        """Raises Stale."""

    async def change_password(self, caller: Caller, request: ChangePassword) -> Nothing:
        """End all other sessions with the old password. Raises BadCredentials, Locked, PasswordWeak."""

    async def api_keys(self, caller: Caller, request: ListApiKeys) -> ApiKeyPage:
        """The firm's keys that have not been revoked."""

    async def create_api_key(self, caller: Caller, request: CreateApiKey) -> CreatedApiKey:
        """Raises Denied for a right that the caller lacks, Invalid(field=expires_at), TooManyApiKeys."""

    async def revoke_api_key(self, caller: Caller, request: ApiKeyRef) -> Nothing:
        """The key is dead everywhere within two seconds. Raises NotFound."""

    async def find_api_key(self, caller: Caller, request: FindApiKey) -> ApiKeyHolder:
        """For services (the guard). Raises ApiKeyInvalid."""

    async def access_changes(self, caller: Caller, request: AccessChangesSince) -> AccessChangesPage:
        """Whose rights changed after a version, for services (every process's guard)."""

    async def ensure_user(self, caller: Caller, request: EnsureUser) -> User:
        """For services (the seed)."""

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        """The outbox, in order; for services only."""
