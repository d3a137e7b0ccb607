"""What stands behind `up`, `serve`, `migrate` and `seed`: started in order, stopped in the opposite one."""

import asyncio
import contextlib
import dataclasses
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import asyncpg
from redis.exceptions import RedisError
from starlette.types import ASGIApp

from biletpro.adapters.environment import Secret, SettingFault
from biletpro.adapters.http.server import PortTaken, bind, serve, stop_on_signals
from biletpro.adapters.migrate import ALL_SERVICES_LOGIN, migrate
from biletpro.adapters.valkey import Cache
from biletpro.assembly import NAMES, SCHEMAS, Assembly, Settings, assembled, required
from biletpro.demo.seed import Demo, Progress, seed
from biletpro.embedded.own_secrets import own_secrets
from biletpro.embedded.servers import EmbeddedServers

SECRET_LENGTH_MIN: Final = 32
POSTGRES: Final = "PostgreSQL"
VALKEY: Final = "Valkey"
SCHEMES: Final = {POSTGRES: ("postgresql", "postgres"), VALKEY: ("redis", "rediss", "unix")}
FORMS: Final = {
    POSTGRES: "postgresql://user:password@host:5432/name",
    VALKEY: "redis://:password@host:6379/0",
}


class StartFault(Exception):
    """It cannot be started; a person can mend it with *remedy*."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}: {remedy}")
        self.message = message
        self.remedy = remedy


class Screen(Protocol):
    """Where a command shows how far it has come."""

    def say(self, line: str) -> None:
        """One step that has begun or is done."""

    def filling(self, title: str) -> contextlib.AbstractContextManager[Progress]:
        """A bar, for as long as the block lasts."""

    def ready(self, settings: Settings, demo: Demo | None) -> None:
        """Everything is up at the addresses in *settings*."""

    def serving(self, names: Sequence[str], settings: Settings) -> None:
        """These services are up at the addresses in *settings*."""


async def up(settings: Settings, environment: Mapping[str, str], screen: Screen, *, with_demo: bool) -> None:
    """Everything in this process until Ctrl-C, on servers of its own unless *settings* name others."""
    _refuse_production(settings, "up")
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(_ended_by_signals(screen))
        api = stack.enter_context(_bound(settings, "port"))
        bank = stack.enter_context(_bound(settings, "bank_port"))
        settings = dataclasses.replace(settings, port=_port_of(api), bank_port=_port_of(bank))
        given = await stack.enter_async_context(prepared(settings, screen))
        assembly = await _assemble(stack, given, NAMES, environment)
        demo = await _seeded(assembly, screen) if with_demo else None
        sites = [(assembly.app(), api), *_bank_site(assembly, bank)]
        screen.ready(given, demo)
        await _serve_until_told(sites)
        screen.say("Stopping …")
    screen.say("Stopped; what was sold is on disk.")


async def serve_named(
    names: Sequence[str], settings: Settings, environment: Mapping[str, str], screen: Screen
) -> None:
    """The services *names* until told to stop; *settings* say where everything else is."""
    required(settings)
    if settings.production:
        _refuse_weak_secrets(settings)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(_ended_by_signals(screen))
        api = stack.enter_context(_bound(settings, "port"))
        rpc = stack.enter_context(_bound(settings, "rpc_port"))
        settings = dataclasses.replace(settings, port=_port_of(api), rpc_port=_port_of(rpc))
        bank = None
        if "sales" in names and not settings.production:
            bank = stack.enter_context(_bound(settings, "bank_port"))
            settings = dataclasses.replace(settings, bank_port=_port_of(bank))
        _make_folder(settings)
        assembly = await _assemble(stack, settings, names, environment)
        sites = [(assembly.app(), api), (assembly.rpc_app(), rpc)]
        if bank is not None:
            sites += _bank_site(assembly, bank)
        screen.serving(names, settings)
        await _serve_until_told(sites)


async def migrate_database(settings: Settings, admin_url: str, screen: Screen) -> None:
    """Bring the database behind *admin_url* to this release, and give its logins their password."""
    if not settings.database_password:
        raise SettingFault(
            "BILETPRO_DATABASE_PASSWORD is missing: 16 or more letters and digits for the services' logins"
        )
    with reached(POSTGRES, admin_url):
        applied = await migrate(admin_url, SCHEMAS, settings.database_password, screen.say)
    screen.say(
        f"{applied} migrations applied; the services log in as {ALL_SERVICES_LOGIN} or as <name>_login"
    )


async def seed_database(settings: Settings, environment: Mapping[str, str], screen: Screen) -> None:
    """The demo into the database that *settings* name, else into the embedded one, started for it."""
    _refuse_production(settings, "seed")
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(_ended_by_signals(screen))
        if settings.database_url:
            required(settings)
        else:
            settings = await stack.enter_async_context(prepared(settings, screen))
        # The pretend bank's journal may be in the hands of a running system.
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="biletpro-seed-"))
        settings = dataclasses.replace(settings, data_folder=folder)
        assembly = await _assemble(stack, settings, NAMES, environment)
        await _seeded(assembly, screen)


@contextlib.asynccontextmanager
async def prepared(settings: Settings, screen: Screen) -> AsyncIterator[Settings]:
    """A migrated database and a cache, its own or those that *settings* name; with them, every secret.

    A database that is named is named by its administrator's URL.
    """
    if bool(settings.database_url) != bool(settings.valkey_url):
        raise SettingFault("give --database-url and --valkey-url both, or neither")
    if settings.database_url:
        yield await _migrated(settings, screen)
        return
    servers = EmbeddedServers(Path(settings.data_folder), progress=screen.say)
    urls = await servers.start()
    try:
        yield await _migrated(
            dataclasses.replace(
                settings, database_url=Secret(urls.database_url), valkey_url=Secret(urls.valkey_url)
            ),
            screen,
        )
    finally:
        await servers.stop()


async def _migrated(settings: Settings, screen: Screen) -> Settings:
    own = own_secrets(Path(settings.data_folder))
    made: dict[str, Any] = {name: Secret(value) for name, value in own.items() if not getattr(settings, name)}
    settings = dataclasses.replace(settings, **made)
    admin_url = settings.database_url
    with reached(POSTGRES, admin_url):
        await migrate(admin_url, SCHEMAS, settings.database_password, screen.say)
    login = Secret(_as_login(admin_url, settings.database_password))
    return dataclasses.replace(settings, database_url=login, direct_database_url=login)


def _as_login(admin_url: str, password: str) -> str:
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{ALL_SERVICES_LOGIN}:{password}@{host}").geturl()


async def _assemble(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    names: Sequence[str],
    environment: Mapping[str, str],
) -> Assembly:
    with reached(VALKEY, settings.valkey_url):
        cache = Cache(settings.valkey_url)
        await cache.ping()
        await cache.close()
    with reached(POSTGRES, settings.database_url):
        return await stack.enter_async_context(assembled(settings, names, environment))


async def _seeded(assembly: Assembly, screen: Screen) -> Demo | None:
    with screen.filling("Seeding the demo") as progress:
        demo = await seed(assembly, progress)
    if demo is None:
        screen.say("This database has firms of its own: no demo is put beside them.")
    return demo


async def _serve_until_told(sites: list[tuple[ASGIApp, socket.socket]]) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    await serve(sites, stop)


def _bank_site(assembly: Assembly, bank: socket.socket) -> list[tuple[ASGIApp, socket.socket]]:
    site = assembly.bank_site()
    return [] if site is None else [(site, bank)]


@contextlib.contextmanager
def _ended_by_signals(screen: Screen) -> Iterator[None]:
    """Ctrl-C or TERM before serving has begun undoes what was started; more of them change nothing."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None, "commands run in a task"
    told = False

    def end() -> None:
        nonlocal told
        if not told:
            task.cancel()
        told = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    try:
        yield
    except asyncio.CancelledError:
        if not told:
            raise
        task.uncancel()
        screen.say("Stopped before everything was up; start again whenever you like.")


@contextlib.contextmanager
def _bound(settings: Settings, name: str) -> Iterator[socket.socket]:
    """A listening socket on the port of that setting, taken first of all. Raises StartFault."""
    wanted: int = getattr(settings, name)
    try:
        bound = bind(settings.host, wanted)
    except PortTaken as error:
        raise StartFault(
            str(error),
            f"stop what listens there (ss -ltnp 'sport = :{wanted}' names it), "
            f"or choose another: BILETPRO_{name.upper()}={wanted + 1_000}",
        ) from error
    except OverflowError as error:
        raise StartFault(f"{wanted} is no port", f"BILETPRO_{name.upper()} takes 0 to 65535") from error
    with bound:
        yield bound


def _make_folder(settings: Settings) -> None:
    Path(settings.data_folder).mkdir(mode=0o700, parents=True, exist_ok=True)


def _port_of(bound: socket.socket) -> int:
    port: int = bound.getsockname()[1]
    return port


@contextlib.contextmanager
def reached(name: str, url: str) -> Iterator[None]:
    """What keeps the server at *url* from serving us becomes a StartFault which never shows its password."""
    address = f"{name} at {_address(name, url)}"
    try:
        yield
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InsufficientPrivilegeError) as error:
        raise StartFault(
            f"{address} refuses us ({error})",
            "check user and password; migrating needs a superuser, or the database's owner with CREATEROLE",
        ) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StartFault(
            f"{address}: {error}", "mend that (PostgreSQL 18 is needed) and start again"
        ) from error
    except (TimeoutError, ConnectionError, socket.gaierror, RedisError) as error:
        reason = str(error) or "no answer"
        raise StartFault(
            f"{address} cannot be reached ({reason})", "check the address, and that it runs"
        ) from error


def _address(name: str, url: str) -> str:
    """Host and port of a URL. Raises StartFault for what is no URL of that kind."""
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError as error:
        raise StartFault(f"the URL of {name} cannot be read ({error})", f"write {FORMS[name]}") from error
    if parts.scheme not in SCHEMES[name]:
        raise StartFault(f"the URL of {name} does not begin with its scheme", f"write {FORMS[name]}")
    return f"{parts.hostname or parts.query or parts.path}{port}"


def _refuse_production(settings: Settings, command: str) -> None:
    if settings.production:
        raise SettingFault(
            f"BILETPRO_PRODUCTION is on, and `biletpro {command}` is for trying out; production runs "
            "`biletpro migrate` and `biletpro serve`"
        )


def _refuse_weak_secrets(settings: Settings) -> None:
    """Keys are checked for length wherever they are parsed; these are free text."""
    for name in ("rpc_secret", "bank_secret"):
        if len(getattr(settings, name)) < SECRET_LENGTH_MIN:
            raise SettingFault(
                f"BILETPRO_{name.upper()} has fewer than {SECRET_LENGTH_MIN} characters: "
                "`openssl rand -hex 32` makes one"
            )
    if len({settings.secret_keys, settings.token_keys, settings.ticket_keys}) < 3:  # noqa: PLR2004 - three of them
        raise SettingFault("BILETPRO_SECRET_KEYS, _TOKEN_KEYS and _TICKET_KEYS must not share a key")
