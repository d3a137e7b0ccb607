"""A small HTTP/1.1 client for load: keep-alive, one request at a time a connection, no repeats.

It must cost far less than what it measures, so it reads only the status and a body of known length, and its
requests are bytes made beforehand with a key put in. A lane is one connection that follows one script.
"""

import asyncio
import json
import re
import time
from array import array
from collections import Counter
from collections.abc import Generator
from typing import Final, cast

# A script yields a request and is sent its answer; it tells the tally what it counts.
Reply = tuple[int, bytes]
Script = Generator[bytes, Reply, None]

STATUS: Final = slice(9, 12)
CREATED: Final = 201
NO_CONTENT: Final = 204
FAULTY_FROM: Final = 400
_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")


class Tally:
    """What all lanes of one run saw."""

    def __init__(self) -> None:
        self.began = 0.0
        self.last = 0.0
        self.created = 0
        self.requests = 0
        self.acts = 0
        self.faults: Counter[str] = Counter()
        self.latencies_s = array("d")

    def start(self, now: float) -> None:
        """From here on it counts; what was before was to get warm."""
        self.began = now
        self.requests = 0
        self.acts = 0
        self.latencies_s = array("d")

    def act(self, began: float) -> None:
        """One of what is counted has succeeded; it began at that moment of the performance counter."""
        now = time.perf_counter()
        self.last = now
        self.acts += 1
        self.latencies_s.append(now - began)

    def fault(self, status: int, body: bytes) -> None:
        """An answer which the script did not want."""
        self.faults[_code(status, body)] += 1


def _code(status: int, body: bytes) -> str:
    if status < FAULTY_FROM:
        return f"unexpected {status}"
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return str(status)


class Lane(asyncio.Protocol):
    """One connection. `began` of the request that is under way is open to the script."""

    def __init__(self, tally: Tally, deadline: float, interval_s: float, first_slot: float) -> None:
        self._tally = tally
        self._deadline = deadline
        self._interval_s = interval_s
        self._slot = first_slot
        self._script: Script | None = None
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._waits = False
        self.began = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def follow(self, script: Script) -> None:
        """Send the script's first request when its time has come."""
        self._script = script
        try:
            request = next(script)
        except StopIteration:
            self._end()
        else:
            self._schedule(request)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports keep the protocol of asyncio.Transport without being one.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._received:
            data = self._received + data
        head_end = data.find(b"\r\n\r\n")
        if head_end < 0:
            self._received = data
            return
        found = _LENGTH.search(data, 0, head_end)
        status = int(data[STATUS])
        assert found is not None or status == NO_CONTENT, "the bench reads bodies of known length only"
        body_at = head_end + 4
        body_end = body_at + (int(found[1]) if found is not None else 0)
        if len(data) < body_end:
            self._received = data
            return
        self._received = b""
        self._waits = False
        tally = self._tally
        tally.requests += 1
        tally.created += status == CREATED
        assert self._script is not None
        try:
            request = self._script.send((status, data[body_at:body_end]))
        except StopIteration:
            self._end()
            return
        self._schedule(request)

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._waits:
            self._tally.faults["connection_lost"] += 1
        if not self.ended.done():
            self.ended.set_result(None)

    def _schedule(self, request: bytes) -> None:
        now = time.perf_counter()
        if max(now, self._slot) >= self._deadline:
            self._end()
        elif self._interval_s == 0 or self._slot <= now:
            self._send(request, now)
        else:
            asyncio.get_running_loop().call_later(self._slot - now, self._send, request, self._slot)

    def _send(self, request: bytes, now: float) -> None:
        # A late lane counts from when it should have sent: waiting for the server is the server's latency.
        self.began = now if self._interval_s == 0 else self._slot
        self._slot += self._interval_s
        self._waits = True
        assert self._transport is not None
        self._transport.write(request)

    def _end(self) -> None:
        assert self._script is not None
        self._script.close()
        if self._transport is not None:
            self._transport.close()
        if not self.ended.done():
            self.ended.set_result(None)
