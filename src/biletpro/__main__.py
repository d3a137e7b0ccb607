"""The commands: `biletpro --help`. What they do stands in `running`; how it looks stands here."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import psutil
import typer
import uvloop
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from biletpro import running
from biletpro.adapters import environment, telemetry
from biletpro.adapters.environment import Secret, SettingFault
from biletpro.adapters.migrate import MigrationFault
from biletpro.adapters.payments.journal import JournalFault
from biletpro.assembly import NAMES, SETTINGS, Settings
from biletpro.bench import command as measure
from biletpro.bench.processes import BenchFault
from biletpro.demo import people
from biletpro.demo import seed as demo
from biletpro.embedded.faults import EmbeddedFault, from_os_error
from biletpro.kernel.clock import utc_now

PIPED_COLUMNS: Final = 200

commands = typer.Typer(
    help="BiletPro: ticketing that never sells a place twice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

DatabaseUrl = Annotated[
    str | None,
    typer.Option(help="Administrator's URL of a PostgreSQL 18, instead of the embedded one."),
]


@commands.command()
def up(
    *,
    database_url: DatabaseUrl = None,
    valkey_url: Annotated[
        str | None, typer.Option(help="URL of a Valkey or Redis; goes with --database-url.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of the API, instead of BILETPRO_PORT.")] = None,
    with_demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Fill an empty installation with a demo.")
    ] = True,
) -> None:
    """Start everything in one process: database, cache, all services, and a demo to look at."""
    with _explained():
        given: dict[str, Any] = {"database_url": database_url, "valkey_url": valkey_url}
        settings = _settings(
            port=port, **{name: None if url is None else Secret(url) for name, url in given.items()}
        )
        _run(running.up(settings, environment.current(), Terminal(), with_demo=with_demo))


@commands.command()
def serve(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help=f"Of: {', '.join(NAMES)}.")],
) -> None:
    """Serve some of the services; BILETPRO_PEERS says where the others are."""
    with _explained():
        unknown = sorted(set(names) - set(NAMES))
        if unknown:
            raise SettingFault(f"no service is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
        in_order = [name for name in NAMES if name in names]
        _run(running.serve_named(in_order, _settings(), environment.current(), Terminal()))


@commands.command()
def settings() -> None:
    """Every environment variable, its default, and what it means."""
    table = Table("variable", "default", "meaning", box=None, header_style="bold")
    for section, kind in SETTINGS.items():
        for doc in environment.documented(kind, section):
            table.add_row(escape(doc.variable), escape(doc.default), escape(doc.meaning))
    wide = console if console.is_terminal else Console(width=PIPED_COLUMNS, highlight=False)
    wide.print(table)
    wide.print("\nA secret may also lie in a file: the variable's name with _FILE behind it holds the path.")


@commands.command()
def migrate(database_url: DatabaseUrl = None) -> None:
    """Bring a database to this release; BILETPRO_DATABASE_PASSWORD becomes its logins' password."""
    with _explained():
        settings = _settings()
        configured = (Secret(database_url or ""), settings.direct_database_url, settings.database_url)
        admin_url = next((url for url in configured if url), None)
        if admin_url is None:
            raise SettingFault("say which database: --database-url postgresql://admin:…@host/name")
        _run(running.migrate_database(settings, admin_url, Terminal()))


@commands.command()
def seed() -> None:
    """Put the demo into the database of BILETPRO_DATABASE_URL, or else into the embedded one."""
    with _explained():
        _run(running.seed_database(_settings(), environment.current(), Terminal()))


@commands.command()
def bench(
    *,
    quick: Annotated[
        bool, typer.Option(help="One short round instead of three: less than a minute.")
    ] = False,
    loaded: Annotated[bool, typer.Option(help="And again with a million orders in the database.")] = False,
    json_path: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
) -> None:
    """Measure selling on a freshly started system, beside the limits of this machine."""
    with _explained():
        wide = console if console.is_terminal else Console(width=PIPED_COLUMNS, highlight=False)
        _run(measure.run(wide, quick=quick, loaded=loaded, json_path=json_path))


class Terminal:
    """Steps as lines, the seeding as a bar, and at the end what to do next."""

    def say(self, line: str) -> None:
        """A step."""
        console.print(escape(line), style="dim", soft_wrap=True)

    @contextlib.contextmanager
    def filling(self, title: str) -> Iterator[demo.Progress]:
        """A bar that goes away when it is full."""
        columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(title, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def serving(self, names: Sequence[str], settings: Settings) -> None:
        """One line, for logs."""
        calls = f"http://{settings.host}:{settings.rpc_port}"
        console.print(f"Serving {', '.join(names)} at {settings.own_url()}, calls at {calls}", soft_wrap=True)

    def ready(self, settings: Settings, shown: demo.Demo | None) -> None:
        """Addresses, people to sign in as, and three things to try."""
        seconds = utc_now().timestamp() - psutil.Process().create_time()
        url = settings.own_url()
        console.print()
        addresses = Table.grid(padding=(0, 2))
        addresses.add_row("API", url)
        addresses.add_row("its document", f"{url}/schema")
        addresses.add_row("health, metrics", f"{url}/health  {url}/metrics")
        addresses.add_row("the sandbox's bank", settings.bank_url())
        addresses.add_row("data", escape(str(Path(settings.data_folder).absolute())))
        console.print(addresses)
        if shown is not None:
            _show_people()
            _show_sights(shown)
            _show_next_steps(url, shown)
        # The last line: whoever waits for it has all the others.
        console.print(f"\n[bold green]BiletPro is ready[/] after {seconds:.1f} s. Ctrl-C stops it.")


def _show_people() -> None:
    console.print(f"\n[bold]People[/], all with the password [bold]{people.PASSWORD}[/]")
    table = Table(box=None, pad_edge=False)
    for heading in ("sign in as", "who", "where"):
        table.add_column(heading, header_style="bold")
    table.add_row(people.OPERATOR.email, "operator", "the platform")
    for firm in people.FIRMS:
        table.add_row(firm.owner.email, "owner", firm.name)
        for colleague in firm.colleagues:
            table.add_row(colleague.person.email, colleague.role.replace("_", " "), firm.name)
    console.print(table)


def _show_sights(shown: demo.Demo) -> None:
    console.print("\n[bold]On sale, among others[/]")
    width = max(len(sight.slug) for sight in shown.sights)
    for sight in shown.sights:
        console.print(f"{sight.id}  {sight.slug:<{width}}  {sight.title}", soft_wrap=True)


def _show_next_steps(url: str, shown: demo.Demo) -> None:
    concert = shown.sights[0]
    category_id = next(iter(concert.categories.values()))
    steps = {
        "What is on": f"curl '{url}/api/v1/events?limit=5'",
        "Hold two places": (
            f"curl -H 'Content-Type: application/json' {url}/api/v1/events/{concert.id}/holds "
            f'-d \'{{"items":[{{"category_id":"{category_id}","quantity":2}}]}}\''
        ),
        "Sign in as a firm": (
            f"curl -H 'Content-Type: application/json' {url}/api/v1/auth/sessions "
            f'-d \'{{"email":"{people.MARTI.owner.email}","password":"{people.PASSWORD}"}}\''
        ),
    }
    console.print("\n[bold]Try[/] (README goes on from here)")
    for what, command in steps.items():
        console.print(f"# {what}", style="dim")
        console.print(escape(command), soft_wrap=True)


def _settings(**given: Any) -> Settings:
    settings = environment.load(
        Settings,
        "",
        environment.current(),
        **{name: value for name, value in given.items() if value is not None},
    )
    telemetry.configure_logs(settings.log_level)
    return settings


def _run(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """What a person can mend is one line and the way out; anything else is a bug and keeps its trace."""
    try:
        yield
    except (running.StartFault, EmbeddedFault) as fault:
        _give_up(fault.message, fault.remedy)
    except SettingFault as fault:
        _give_up(str(fault), "`biletpro settings` explains every variable")
    except BenchFault as fault:
        _give_up(str(fault), "nothing of it is left behind, so it may be tried again")
    except (MigrationFault, JournalFault) as fault:
        _give_up(str(fault), "nothing was changed")
    except OSError as error:
        mended = from_os_error(error, Path.cwd())
        _give_up(mended.message, mended.remedy)


def _give_up(message: str, remedy: str) -> None:
    errors.print(f"[bold red]biletpro:[/] {escape(message)}: {escape(remedy)}")
    raise typer.Exit(1)


def main() -> None:
    """The program."""
    commands()


if __name__ == "__main__":
    main()
