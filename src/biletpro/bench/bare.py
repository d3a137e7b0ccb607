"""A server that does nothing, in the program's own HTTP set-up: what this machine's HTTP could do at best.

`python -m biletpro.bench.bare PORT` serves until it is told to stop.
"""

import asyncio
import sys
from typing import Final

import uvloop
from starlette.types import Receive, Scope, Send

from biletpro.adapters.http.server import bind, serve, stop_on_signals

# As long as the answer to a hold of one place.
BODY: Final = b'{"id":"' + b"0" * 560 + b'"}'
CREATED: Final = 201
OK: Final = 200


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, answer at once: 201 to a POST, else 200."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    while (await receive()).get("more_body", False):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
    status = CREATED if scope["method"] == "POST" else OK
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    await serve([(bare, bind("127.0.0.1", port))], stop)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(int(sys.argv[1])))
