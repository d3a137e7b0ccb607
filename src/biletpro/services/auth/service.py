"""How auth is set up, and what it hands to the assembly."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from biletpro.adapters.environment import setting
from biletpro.adapters.passwords import Passwords
from biletpro.adapters.service import BuiltService, Context
from biletpro.adapters.tokens import AccessTokens
from biletpro.adapters.valkey import Cache
from biletpro.contracts.organization import Organizations

from . import reactions, routes
from .domain import LockOut, Rules
from .operations import AuthOperations

SESSION_DAYS: Final = range(1, 91)
FAILURES: Final = range(3, 21)
LOCK_MINUTES: Final = range(1, 1_441)


@dataclass(frozen=True, slots=True)
class Settings:
    open_registration: bool = setting(
        default=True, meaning="whether anybody may register; off: operators register people"
    )
    session_days: int = setting(
        default=30, meaning="how long a session lives after its sign-in, however often it is renewed"
    )
    sign_in_failures_max: int = setting(
        default=5, meaning="failed sign-ins with one e-mail before it is locked out"
    )
    lock_minutes: int = setting(default=15, meaning="how long a lock-out lasts")

    def __post_init__(self) -> None:
        if self.session_days not in SESSION_DAYS:
            raise ValueError("BILETPRO_AUTH_SESSION_DAYS must be from 1 to 90")
        if self.sign_in_failures_max not in FAILURES:
            raise ValueError("BILETPRO_AUTH_SIGN_IN_FAILURES_MAX must be from 3 to 20")
        if self.lock_minutes not in LOCK_MINUTES:
            raise ValueError("BILETPRO_AUTH_LOCK_MINUTES must be from 1 to 1440")

    def rules(self) -> Rules:
        """The settings in the domain's words."""
        return Rules(
            lock_out=LockOut(self.sign_in_failures_max, timedelta(minutes=self.lock_minutes)),
            session_lasts=timedelta(days=self.session_days),
            open_registration=self.open_registration,
        )


def build(
    settings: Settings,
    context: Context,
    *,
    organizations: Organizations,
    passwords: Passwords,
    tokens: AccessTokens,
    cache: Cache,
) -> BuiltService:
    """The contract `Auth`, its routes, the reader of organization's feed, and the tidying."""
    operations = AuthOperations(
        database=context.database,
        organizations=organizations,
        passwords=passwords,
        tokens=tokens,
        cache=cache,
        clock=context.clock,
        rules=settings.rules(),
    )
    reader = reactions.member_reader(context.database, organizations, operations)
    return BuiltService(
        offers=operations,
        router=routes.router(operations, context.guard, tokens),
        loops={
            "auth-reads-organization": reader.run,
            "auth-tidying": partial(reactions.keep_tidy, operations),
        },
    )
