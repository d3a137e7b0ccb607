"""The real servers of a test run: one PostgreSQL and one Valkey, as durable as in `biletpro up`."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biletpro.embedded.servers import EmbeddedServers, EmbeddedUrls


@contextmanager
def start_embedded_for_tests() -> Iterator[EmbeddedUrls]:
    """Call it where no event loop runs (a session fixture without `async`), once per run."""
    # A factory, because without one the runner would unset the loop that pytest-asyncio has set.
    with (
        tempfile.TemporaryDirectory(prefix="biletpro-tests-") as folder,
        asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner,
    ):
        servers = EmbeddedServers(Path(folder), progress=lambda _line: None)
        urls = runner.run(servers.start())
        try:
            yield urls
        finally:
            runner.run(servers.stop())
