"""ASGI middleware around every route, hot or plain: trace id, bounds on bodies, metrics, headers, the last catch."""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from biletpro.adapters import telemetry
from biletpro.kernel.errors import TooLarge

from . import problems

BODY_MAX_BYTES: Final = 64 * 1024
FAULT_STATUS: Final = 500
# Counted, never sent: the client left before there was an answer.
GONE_STATUS: Final = 499
HEADERS: Final[list[tuple[bytes, bytes]]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]
JSON_TYPES: Final = ("application/json", "application/merge-patch+json")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class BodyRule:
    """A route's exception from the default bound and type of a body."""

    path: re.Pattern[str]
    bytes_max: int
    types: tuple[str, ...] = JSON_TYPES


class _BoundedWire:
    """One request's two directions, with a bound on what streams in.

    Past it whoever reads is refused, and what is answered then is dropped: a parser on the way may have taken
    the refusal for a fault of the text.
    """

    def __init__(self, receive: Receive, send: Send, bytes_max: int) -> None:
        self._receive = receive
        self._send = send
        self._bytes_max = bytes_max
        self._bytes_left = bytes_max
        self.status: int | None = None
        self.is_passed = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes_left -= len(message.get("body", b""))
        if self._bytes_left < 0:
            self.is_passed = True
            raise TooLarge(bytes_max=self._bytes_max)
        return message

    async def send(self, message: Message) -> None:
        if self.is_passed and self.status is None:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


class Edge:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, rules: Sequence[BodyRule]) -> None:
        self._app = app
        self._rules = rules
        self._timers: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        given = _TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
        scope.setdefault("state", {})["trace_id"] = given[1].decode() if given else os.urandom(16).hex()
        status = GONE_STATUS

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        try:
            await self._bounded(scope, receive, sending, headers)
        finally:
            self._timer(scope, status).observe(time.perf_counter() - began)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> None:
        bytes_max, types = self._rule(scope["path"])
        declared = headers.get(b"content-length", b"0")
        has_body = declared != b"0" or b"transfer-encoding" in headers
        if has_body and not (_LENGTH.fullmatch(declared) and int(declared) <= bytes_max):
            await problems.of_refusal(scope, TooLarge(bytes_max=bytes_max))(scope, receive, send)
            return
        if has_body and not _is_one_of(headers.get(b"content-type", b""), types):
            response = problems.document(scope, 415, *problems.UNSUPPORTED_MEDIA)
            await response(scope, receive, send)
            return
        wire = _BoundedWire(receive, send, bytes_max)
        try:
            await self._app(scope, wire.receive, wire.send)
        except Exception as error:  # the one catch-all: reported, answered as 500
            if wire.status is None:
                await problems.of_fault(scope, error)(scope, receive, send)
            elif wire.status != FAULT_STATUS:
                raise
        if wire.is_passed and wire.status is None:
            await problems.of_refusal(scope, TooLarge(bytes_max=bytes_max))(scope, receive, send)

    def _rule(self, path: str) -> tuple[int, tuple[str, ...]]:
        for rule in self._rules:
            if rule.path.fullmatch(path):
                return rule.bytes_max, rule.types
        return BODY_MAX_BYTES, JSON_TYPES

    def _timer(self, scope: Scope, status: int) -> Histogram:
        route: Any = scope.get("route")
        template = getattr(route, "path", None)
        key = (scope["method"], template if template is not None else "unknown", status)
        timer = self._timers.get(key)
        if timer is None:
            timer = telemetry.REQUEST_SECONDS.labels(key[0], key[1], str(status))
            self._timers[key] = timer
        return timer


def _is_one_of(content_type: bytes, types: tuple[str, ...]) -> bool:
    return content_type.split(b";")[0].strip().lower().decode("latin-1") in types
