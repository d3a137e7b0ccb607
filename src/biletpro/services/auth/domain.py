"""Rules about people and what they prove, without input or output."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from biletpro.contracts.auth import PasswordWeak
from biletpro.contracts.organization import Membership
from biletpro.kernel.errors import Invalid
from biletpro.kernel.permissions import API_KEY_PREFIX, Permission

PASSWORD_LENGTH_MIN: Final = 10
SECRET_BYTES: Final = 32
REFRESH_PREFIX: Final = "rt_"
# The prefix and five symbols: 30 of 256 bits, so a list that leaks helps nobody to guess.
API_KEY_SHOWN: Final = 8

# The long ones among the passwords that leaks show most often, and the Turkish habits; compared case-folded.
COMMON_PASSWORDS: Final = frozenset(
    {
        "1234567890",
        "12345678910",
        "123456789a",
        "0123456789",
        "0987654321",
        "1234554321",
        "1111111111",
        "0000000000",
        "1122334455",
        "123123123123",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "q1w2e3r4t5",
        "qwertyuiop",
        "qwerty12345",
        "qwerty123456",
        "qwertyuiop123",
        "asdfghjkl123",
        "password123",
        "password1234",
        "password12345",
        "passw0rd123",
        "p@ssw0rd123",
        "administrator",
        "admin12345",
        "changeme123",
        "letmein1234",
        "welcome1234",
        "iloveyou123",
        "football123",
        "superman123",
        "aaaaaaaaaa",
        "abcdefghij",
        "abc1234567",
        "abcd1234567",
        "galatasaray",
        "galatasaray1905",
        "fenerbahce",
        "fenerbahce1907",
        "besiktas1903",
        "trabzonspor",
        "trabzonspor1967",
        "istanbul34",
        "istanbul1453",
        "ataturk1881",
        "mustafakemal",
        "seniseviyorum",
        "biletpro123",
        "bilet12345",
        "parola12345",
        "sifre12345",
        "sifre123456",
    }
)

Locale = Literal["tr", "en"]


@dataclass(frozen=True, slots=True)
class Account:
    """A user as stored."""

    id: UUID
    email: str
    name: str
    locale: Locale
    operator: bool
    verified: bool
    disabled: bool
    password_hash: str
    last_organization_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as stored: a family of refresh tokens."""

    id: UUID
    user_id: UUID
    organization_id: UUID | None
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    revoked: bool

    def alive(self, now: datetime) -> bool:
        """Neither revoked nor at its end."""
        return not self.revoked and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins with one e-mail."""

    count: int
    last_at: datetime
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class LockOut:
    """After `failures_max` failures within `lasts`, nobody signs in with that e-mail for as long."""

    failures_max: int
    lasts: timedelta

    def left_s(self, failures: Failures | None, now: datetime) -> int:
        """Whole seconds until the lock ends, rounded up; 0 where there is none."""
        if failures is None or failures.locked_until is None or failures.locked_until <= now:
            return 0
        return -(-(failures.locked_until - now) // timedelta(seconds=1))

    def after_failure(self, failures: Failures, now: datetime) -> Failures:
        """One failure more; the count begins anew where the last one or its lock is long past."""
        assert self.left_s(failures, now) == 0, "a locked e-mail is not tried"
        stale = failures.locked_until is not None or failures.last_at + self.lasts <= now
        count = 1 if stale else failures.count + 1
        return Failures(count, now, now + self.lasts if count >= self.failures_max else None)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings decide. A session ends that long after its sign-in, however often it is renewed."""

    lock_out: LockOut
    session_lasts: timedelta
    open_registration: bool


def email_key(email: str) -> str:
    """By which two spellings are one e-mail. Never Turkish folding: I is i here, in every locale."""
    return unicodedata.normalize("NFKC", email).casefold()


def email_hash(email: str) -> bytes:
    """Under which failures are counted, whether or not the e-mail is anybody's."""
    return hashlib.sha256(email_key(email).encode()).digest()


def password_text(password: str) -> str:
    """As it is hashed: keyboards differ in how they compose the same letter (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, email: str, name: str, *, field: str) -> None:
    """Raises PasswordWeak, saying why."""
    folded = password_text(password).casefold()
    if len(password) < PASSWORD_LENGTH_MIN:
        raise PasswordWeak(f"at least {PASSWORD_LENGTH_MIN} characters", field=field)
    if folded in COMMON_PASSWORDS or len(set(folded)) == 1:
        raise PasswordWeak("among the first that anybody would try", field=field)
    key = email_key(email)
    if folded in {key, key.partition("@")[0], name.casefold()}:
        raise PasswordWeak("the same as the e-mail or the name", field=field)


def opening_firm(memberships: Sequence[Membership], wanted: UUID | None) -> Membership | None:
    """The firm that a token is made for: the *wanted* one where still a member of it, else the only one."""
    for membership in memberships:
        if membership.organization_id == wanted:
            return membership
    return memberships[0] if len(memberships) == 1 else None


def permissions_of(membership: Membership | None, *, operator: bool) -> frozenset[Permission]:
    """What a token says its bearer may do. Only operators, and none else, operate the platform."""
    of_firm = frozenset() if membership is None else frozenset(membership.permissions) - {Permission.PLATFORM}
    return of_firm | {Permission.PLATFORM} if operator else of_firm


def new_refresh_token(session_id: UUID) -> str:
    """Names its session, for whoever reads a report of a leak; the rest cannot be guessed."""
    return f"{REFRESH_PREFIX}{session_id.hex}_{secrets.token_urlsafe(SECRET_BYTES)}"


def secret_hash(secret: str) -> bytes:
    """What is stored of a secret. It has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def new_salt() -> str:
    """For `api_key`; alone worth nothing once the request has been answered."""
    return secrets.token_hex(SECRET_BYTES)


def api_key(salt: str, repeat_key: str) -> str:
    """The API key of a request. The same salt and Idempotency-Key make it again, so it need not be stored."""
    digest = hmac.digest(bytes.fromhex(salt), b"api-key\x00" + repeat_key.encode(), "sha256")
    return API_KEY_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def cursor(last: UUID) -> str:
    """Where a list goes on."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def parse_cursor(text: str | None) -> UUID | None:
    """Raises Invalid(field=after) for anything that `cursor` did not write."""
    if text is None:
        return None
    try:
        last = UUID(bytes=base64.b64decode(text + "==", altchars=b"-_", validate=True))
    except ValueError as error:
        raise Invalid("not a cursor of this list", field="after") from error
    if cursor(last) != text:
        raise Invalid("not a cursor of this list", field="after")
    return last
