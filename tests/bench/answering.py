"""A tiny HTTP server that remembers what reached it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Heard:
    """What came, connection by connection."""

    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)


def answer(status: int, body: bytes = b"{}") -> bytes:
    head = f"HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head + await reader.readexactly(length)


@asynccontextmanager
async def answering(say: Callable[[int], bytes | None]) -> AsyncIterator[Heard]:
    """Serves; *say* makes the n-th answer, or None to hang up instead."""
    heard = Heard()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.connections += 1
        try:
            while True:
                heard.requests.append(await _request(reader))
                said = say(len(heard.requests))
                if said is None:
                    return
                # In two pieces, as a network may deliver it.
                writer.write(said[:20])
                await writer.drain()
                writer.write(said[20:])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    heard.port = server.sockets[0].getsockname()[1]
    async with server:
        yield heard
