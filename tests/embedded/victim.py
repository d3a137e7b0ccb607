"""Starts the embedded servers in the folder it is given, says so, and waits to be killed."""

import asyncio
import sys
from pathlib import Path

from biletpro.embedded.faults import EmbeddedFault
from biletpro.embedded.servers import EmbeddedServers


async def main() -> None:
    servers = EmbeddedServers(Path(sys.argv[1]), progress=lambda _line: None)
    try:
        urls = await servers.start()
    except EmbeddedFault as fault:
        sys.stdout.write(f"fault {fault.message}\n")
        return
    sys.stdout.write(f"ready {urls.database_url} {urls.valkey_url}\n")
    sys.stdout.flush()
    await asyncio.sleep(60)


asyncio.run(main())
