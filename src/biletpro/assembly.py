"""The only module that names all seven services: who runs here, who is handed whom.

A service is handed the implementation of a peer that runs in the same process, and an RPC client of one that does
not. No service can tell.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from starlette.applications import Starlette
from starlette.types import ASGIApp
from typing_extensions import TypeForm

from biletpro.adapters import rpc, telemetry, upkeep
from biletpro.adapters.environment import Secret, SettingFault, load, setting
from biletpro.adapters.http.app import create_app
from biletpro.adapters.http.guard import FindApiKey as FindKey
from biletpro.adapters.http.guard import Guard
from biletpro.adapters.http.health import health_router
from biletpro.adapters.leadership import Leadership
from biletpro.adapters.migrate import Schema
from biletpro.adapters.passwords import Passwords
from biletpro.adapters.payments.bank import SandboxBank
from biletpro.adapters.payments.bank_site import BankSite
from biletpro.adapters.payments.provider import PaymentProvider
from biletpro.adapters.payments.sandbox import SandboxProvider
from biletpro.adapters.postgres import Database, Pool, open_pool
from biletpro.adapters.service import BuiltService, Closer, Context
from biletpro.adapters.signing import Keyring, SigningKeys
from biletpro.adapters.tasks import Tasks
from biletpro.adapters.tokens import AccessChanges, AccessTokens, AccessWatch
from biletpro.adapters.valkey import Cache
from biletpro.contracts.analytics import Analytics
from biletpro.contracts.auth import AccessChangesSince, Auth, FindApiKey
from biletpro.contracts.event import Events
from biletpro.contracts.file import Files
from biletpro.contracts.notification import Notifications
from biletpro.contracts.organization import Organizations
from biletpro.contracts.sales import Sales
from biletpro.kernel.clock import Clock, utc_now
from biletpro.kernel.permissions import Caller, service_caller
from biletpro.services.analytics import service as analytics
from biletpro.services.auth import service as auth
from biletpro.services.event import service as event
from biletpro.services.file import service as file
from biletpro.services.notification import service as notification
from biletpro.services.organization import service as organization
from biletpro.services.sales import service as sales

CONTRACTS: Final[dict[str, Any]] = {
    "auth": Auth,
    "organization": Organizations,
    "event": Events,
    "sales": Sales,
    "notification": Notifications,
    "analytics": Analytics,
    "file": Files,
}
NAMES: Final = tuple(CONTRACTS)
SCHEMAS: Final = [Schema(name, Path(__file__).parent / "services" / name / "migrations") for name in NAMES]
ACCESS_POLL_S: Final = 0.5
LOG_LEVELS: Final = ("debug", "info", "warning", "error")

Contract = TypeVar("Contract")


@dataclass(frozen=True, slots=True)
class Settings:
    """Of the process itself. `biletpro up` makes the secrets and addresses that are not given."""

    host: str = setting("127.0.0.1", "the address to listen on")
    port: int = setting(8000, "the port of the API and the pages")
    bank_port: int = setting(8001, "the port of the sandbox's pretend bank, which is another site")
    rpc_port: int = setting(8100, "the port for calls between services; never routed by the gateway")
    peers: str = setting("", "services in other processes, as name=http://host:port with commas between")
    public_url: str = setting("", "where browsers and banks reach this; made of host and port when empty")
    data_folder: str = setting(".biletpro", "the folder of the embedded servers, secrets and logs")
    database_url: Secret = setting(Secret(""), "PostgreSQL for statements, through a pooler if there is one")
    direct_database_url: Secret = setting(Secret(""), "PostgreSQL without a pooler; database_url when empty")
    database_password: Secret = setting(Secret(""), "password that migrating gives to the services' logins")
    valkey_url: Secret = setting(Secret(""), "Valkey or Redis")
    production: bool = setting(default=False, meaning="refuse whatever is only fit for trying out")
    log_level: str = setting("warning", "debug, info, warning or error")
    secret_keys: Secret = setting(Secret(""), "numbered keys of hold and order secrets, as 1:hex,2:hex")
    token_keys: Secret = setting(Secret(""), "numbered Ed25519 seeds of access tokens, as 1:hex,2:hex")
    ticket_keys: Secret = setting(Secret(""), "numbered Ed25519 seeds of ticket codes, as 1:hex,2:hex")
    rpc_secret: Secret = setting(Secret(""), "what services prove themselves to each other with")
    bank_secret: Secret = setting(Secret(""), "what the sandbox's bank signs its callbacks with")

    def __post_init__(self) -> None:
        if self.log_level not in LOG_LEVELS:
            raise ValueError(f"BILETPRO_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}")

    def own_url(self) -> str:
        """Where browsers and banks reach this process."""
        return self.public_url or f"http://{self.host}:{self.port}"

    def bank_url(self) -> str:
        """Where browsers reach the sandbox's bank."""
        return f"http://{self.host}:{self.bank_port}"


# Of the process and of each service: what `biletpro settings` shows, by the word in the variables' names.
SETTINGS: Final[dict[str, type]] = {
    "": Settings,
    "auth": auth.Settings,
    "organization": organization.Settings,
    "event": event.Settings,
    "sales": sales.Settings,
    "notification": notification.Settings,
    "analytics": analytics.Settings,
    "file": file.Settings,
}

REQUIRED: Final = (
    "database_url",
    "valkey_url",
    "secret_keys",
    "token_keys",
    "ticket_keys",
    "rpc_secret",
    "bank_secret",
)


class _Here:
    """A peer of this process, looked up when it is called: services may need each other in a circle."""

    def __init__(self, offers: Mapping[str, object], name: str) -> None:
        self._offers = offers
        self._name = name

    def __getattr__(self, method: str) -> Any:
        return getattr(self._offers[self._name], method)


@dataclass
class Assembly:
    """The services of one process, wired."""

    settings: Settings
    names: Sequence[str]
    clock: Clock
    tasks: Tasks
    pool: Pool
    leadership: Leadership
    cache: Cache
    bank: SandboxBank | None
    environment: Mapping[str, str]
    offers: dict[str, object] = field(default_factory=dict)
    built: dict[str, BuiltService] = field(default_factory=dict)
    closers: list[Closer] = field(default_factory=list)

    def find(self, contract: TypeForm[Contract], name: str) -> Contract:
        """The peer itself when it runs here, otherwise a client for it. Raises SettingFault."""
        if name in self.names:
            return cast(Contract, _Here(self.offers, name))
        address = dict(peer.split("=", 1) for peer in self.settings.peers.split(",") if "=" in peer).get(name)
        if address is None:
            raise SettingFault(f"BILETPRO_PEERS must say where {name} is, since it does not run here")
        client = rpc.client_for(address)
        self.closers.append(client.aclose)
        return rpc.connect(contract, client, self.settings.rpc_secret, name)

    def database(self, name: str) -> Database:
        """A service's part of the database."""
        return Database(self.pool, name, self.leadership)

    def build(self) -> None:
        """Make every service of this process, and begin their loops."""
        tokens = AccessTokens(SigningKeys.parse(self.settings.token_keys), self.clock)
        people = self.find(Auth, "auth")
        watch = AccessWatch(_changes_of(people))
        guard = Guard(tokens, watch, _finder_of(people), self.clock)
        databases = [self.database(name) for name in self.names]
        for name, database in zip(self.names, databases, strict=True):
            context = Context(database, guard, self.tasks, self.clock, self.settings.production)
            self.built[name] = self._build(name, context, tokens)
            self.offers[name] = self.built[name].offers
        for built in self.built.values():
            for loop_name, loop in built.loops.items():
                self.tasks.keep(loop, loop_name)
        self.tasks.keep(partial(_watch_access, watch), "access-watch")
        self.tasks.keep(partial(upkeep.keep_tidy, databases, self.clock, self.leadership), "upkeep")

    def _build(self, name: str, context: Context, tokens: AccessTokens) -> BuiltService:
        organizations = partial(self.find, Organizations, "organization")
        if name == "auth":
            return auth.build(
                load(auth.Settings, name, self.environment),
                context,
                organizations=organizations(),
                passwords=Passwords(),
                tokens=tokens,
                cache=self.cache,
            )
        if name == "organization":
            return organization.build(load(organization.Settings, name, self.environment), context)
        if name == "event":
            settings = load(event.Settings, name, self.environment)
            return event.build(
                settings, context, sales=self.find(Sales, "sales"), organizations=organizations()
            )
        if name == "sales":
            return self._build_sales(context)
        room = {"notification": notification, "analytics": analytics, "file": file}[name]
        built: BuiltService = room.build(load(room.Settings, name, self.environment), context)
        return built

    def _build_sales(self, context: Context) -> BuiltService:
        providers: dict[str, PaymentProvider] = {}
        if self.bank is not None:
            sandbox = SandboxProvider(self.bank, self.settings.bank_secret, clock=self.clock)
            providers[sandbox.name] = sandbox
        return sales.build(
            load(sales.Settings, "sales", self.environment),
            context,
            events=self.find(Events, "event"),
            organizations=self.find(Organizations, "organization"),
            keyring=Keyring.parse(self.settings.secret_keys),
            ticket_keys=SigningKeys.parse(self.settings.ticket_keys),
            providers=providers,
            public_url=self.settings.own_url(),
        )

    def app(self) -> ASGIApp:
        """The public API of the services that run here."""
        document: dict[str, Any] = {}
        health = health_router(
            probes={"database": self.database(self.names[0]).ping, "cache": self.cache.ping},
            folder=Path(self.settings.data_folder),
            document=lambda: document["of"](),  # noqa: PLW0108 - it is made after its page
        )
        app, document["of"] = create_app(
            routers=[health, *(built.router for built in self.built.values())],
            hot_routes=[route for built in self.built.values() for route in built.hot_routes],
            body_rules=[rule for built in self.built.values() for rule in built.body_rules],
            version=version("biletpro"),
        )
        return app

    def rpc_app(self) -> ASGIApp:
        """Every promise of the services that run here, for the other processes."""
        return Starlette(
            routes=[
                route
                for name in self.names
                for route in rpc.expose(
                    CONTRACTS[name], self.offers[name], self.settings.rpc_secret, name
                ).routes
            ]
        )

    def bank_site(self) -> ASGIApp | None:
        """The pretend bank's own site. Production has none: the sandbox lives on card numbers."""
        if self.bank is None:
            return None
        return BankSite(self.bank, self.settings.bank_secret, self.tasks, clock=self.clock).app

    async def stop(self) -> None:
        """Flush what was accepted, then give everything back."""
        for built in self.built.values():
            for close in built.closers:
                await close()
        await self.tasks.stop()
        for close in self.closers:
            await close()
        await self.leadership.close()
        await self.cache.close()
        await self.pool.close()
        if self.bank is not None:
            self.bank.close()


def _changes_of(people: Auth) -> AccessChanges:
    async def changes(after: int) -> list[tuple[UUID, int]]:
        page = await people.access_changes(service_caller("guard"), AccessChangesSince(after=after))
        return [(change.subject, change.version) for change in page.changes]

    return changes


def _finder_of(people: Auth) -> FindKey:
    async def find(key: str) -> Caller:
        holder = await people.find_api_key(service_caller("guard"), FindApiKey(key=key))
        return Caller(
            kind="api_key",
            id=holder.id,
            organization_id=holder.organization_id,
            permissions=frozenset(holder.permissions),
            access_version=holder.access_version,
        )

    return find


async def _watch_access(watch: AccessWatch) -> None:
    while True:
        await watch.refresh()
        await asyncio.sleep(ACCESS_POLL_S)


def required(settings: Settings) -> None:
    """Raises SettingFault for a secret or an address that is missing."""
    for name in REQUIRED:
        if not getattr(settings, name):
            raise SettingFault(f"BILETPRO_{name.upper()} is missing (`biletpro up` makes its own)")


def _bank(settings: Settings, clock: Clock) -> SandboxBank:
    journal = Path(settings.data_folder) / "sandbox-bank.jsonl"
    return SandboxBank(settings.bank_url(), settings.bank_secret, journal=journal, clock=clock)


@contextlib.asynccontextmanager
async def assembled(
    settings: Settings, names: Sequence[str], environment: Mapping[str, str], clock: Clock = utc_now
) -> AsyncIterator[Assembly]:
    """The named services, running; they stop with the block. Raises SettingFault, and Busy when a server is away."""
    required(settings)
    telemetry.configure_logs(settings.log_level)
    label = names[0] if len(names) == 1 else "all"
    direct = settings.direct_database_url or settings.database_url
    assembly = Assembly(
        settings=settings,
        names=names,
        clock=clock,
        tasks=Tasks(),
        pool=await open_pool(settings.database_url, name=label),
        leadership=Leadership(direct, label),
        cache=Cache(settings.valkey_url),
        bank=_bank(settings, clock) if "sales" in names and not settings.production else None,
        environment=environment,
    )
    assembly.build()
    try:
        yield assembly
    finally:
        await assembly.stop()
