"""Whatever a client sends, to every operation of the document: a problem document, and nothing changed."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest

from biletpro.adapters.http import server
from tests.api.operations import Operation, changed, leaves, wrong_values
from tests.api.stage import Stage, problem_of, unknown_values
from tests.world import serving

CHUNK: Final = b"[" * 64 * 1024
CHUNKS: Final = 160
MALFORMED: Final = (
    "x",
    "-1",
    "1" * 30,
    "\x00",
    "%",
    "../..",
    "' OR 1=1 --",
    "ş" * 40,
    "é\u2028",
    "x" * 5_000,
)
UNREADABLE: Final[dict[str, bytes]] = {
    "deep": b"[" * 30_000,
    "deep and closed": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "cut short": b'{"name": "x"',
    "more than one": b"{} {}",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"name": "x"}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\uD83D": 1}',
    "NaN": b'{"amount": NaN}',
    "Infinity": b'{"amount": -Infinity}',
    "a number beyond floats": b'{"amount": 1e400}',
    "a number of many digits": b'{"amount": ' + b"9" * 5_000 + b"}",
    "a name twice": b'{"name": "x", "name": "y"}',
    "a raw control character": b'{"name": "\x00"}',
}


OTHER_KINDS: Final = ("[]", '"x"', "5", "null", "true", "[{}]", '{"surprise": 1}')
OTHER_TYPES: Final = (
    None,
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/xml",
    "json",
    b"\xff",
    "",
)
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Whose version stands in a list or in nothing yet: If-Match is checked where it is given.
VERSION_ADVISED: Final = ("/categories/{category}", "/layout")
WRONG_QUERIES: Final[dict[str, tuple[str, ...]]] = {
    "limit": ("0", "-1", "201", "1" * 30, "9" * 5_000, "x", "1.5", "", "\x00"),
    "after": ("x", "\x00", "ş", "AAAA", "x" * 2_000, "bnVsbA", "W10", "e30", "[1]", "\ud7ff"),
    "since": ("-1", "x", "9" * 30, "9" * 5_000, "\u0661", "", "1.0"),
    "from": ("x", "\x00", "2031-13-01", "2031-06-01T18:00:00", "0001-01-01", "9" * 300),
    "to": ("x", "\x00", "9999-12-31", "9999-12-31T23:59:59-23:59", "now"),
    "event": ("x", "\x00", "-1"),
    "status": ("x", "\x00", ""),
    "payment_status": ("x", "\x00", ""),
    "query": ("\x00", "x" * 201, "a\x00b"),
    "city": ("\x00", "x" * 201, " ", ""),
}


def with_body(stage: Stage) -> list[Operation]:
    found = [operation for operation in stage.operations if operation.body is not None]
    assert len(found) > 20, "the document lost its bodies"
    return found


async def test_an_unknown_id_is_not_found(stage: Stage) -> None:
    """Each part of each path, with a well-formed name of nothing: 404."""
    async with stage.unchanged() as findings:
        for operation in stage.operations:
            for name in operation.path_names:
                response = await stage.call(operation, values={name: unknown_values()[name]})
                findings.expect(response, {404})


async def test_a_malformed_id_is_as_unknown(stage: Stage) -> None:
    """What is no id at all is answered like an id of nothing."""
    async with stage.unchanged() as findings:
        for operation in stage.operations:
            for name in operation.path_names:
                for value in MALFORMED:
                    findings.expect(await stage.call(operation, values={name: value}), {404, 405})


async def test_a_wrong_value_is_refused_wherever_it_stands(stage: Stage) -> None:
    """Each part of each body, as another type, too long, too small, too large, out of its words: 422."""
    async with stage.unchanged() as findings:
        for operation in with_body(stage):
            whole = operation.sample(stage.known, whole=True)
            for where, schema in leaves(operation, whole):
                for value in wrong_values(schema):
                    body = changed(whole, where, value)
                    problem = findings.expect(await stage.call(operation, json=body), {422})
                    if problem and not problem["field"]:
                        findings.append(f"{operation} {where} {value!r} names no field")


async def test_a_wrong_query_names_its_field(stage: Stage) -> None:
    """Each query parameter, out of its bounds or unreadable: 422 with its name."""
    async with stage.unchanged() as findings:
        for operation in stage.operations:
            for name in operation.parameters("query"):
                for value in WRONG_QUERIES[name]:
                    problem = findings.expect(await stage.call(operation, params={name: value}), {422})
                    if problem and problem.get("field") != name:
                        findings.append(f"{operation} {name}={value!r}: the field is {problem.get('field')}")


async def test_a_body_that_cannot_be_read_is_refused(stage: Stage) -> None:
    """Broken, ambiguous or bottomless JSON is not guessed at: 400."""
    async with stage.unchanged() as findings:
        for operation in with_body(stage):
            for content in UNREADABLE.values():
                headers = {"Content-Type": "application/json"}
                findings.expect(await stage.call(operation, content=content, headers=headers), {400})


async def test_a_body_of_another_kind_is_refused(stage: Stage) -> None:
    """Readable JSON that is no object with the right fields: 422; none at all: 400 or 422."""
    async with stage.unchanged() as findings:
        for operation in with_body(stage):
            headers = {"Content-Type": "application/json"}
            for content in OTHER_KINDS:
                findings.expect(await stage.call(operation, content=content, headers=headers), {422})
            findings.expect(await stage.call(operation, content=b"", headers=headers), {400, 422})


async def test_another_content_type_is_refused(stage: Stage) -> None:
    """A body that does not say it is JSON is not looked at: 415."""
    async with stage.unchanged() as findings:
        for operation in with_body(stage):
            for kind in OTHER_TYPES:
                response = await stage.call(operation, content=b"{}", headers={"Content-Type": kind})
                findings.expect(response, {415})


async def chunks() -> AsyncIterator[bytes]:
    """10 MB, whose length nobody is told."""
    for _ in range(CHUNKS):
        yield CHUNK


async def test_a_body_past_its_bound_is_refused(stage: Stage) -> None:
    """10 MB, declared or streamed: 413, with the bound."""
    headers = {"Content-Type": "application/json"}
    async with stage.unchanged() as findings:
        for operation in stage.operations:
            if operation.method in WRITES:
                large = await stage.call(operation, content=CHUNK * CHUNKS, headers=headers)
                assert findings.expect(large, {413}).get("bytes_max", 1)
        for operation in with_body(stage):
            findings.expect(await stage.call(operation, content=chunks(), headers=headers), {413})


async def test_a_wrong_idempotency_key_is_refused(stage: Stage) -> None:
    """Too short, too long, or not printable ASCII: 422; missing where it is required: 400."""
    async with stage.unchanged() as findings:
        for operation in stage.operations:
            if operation.method in WRITES and (operation.needs_sign_in or operation.body is not None):
                for key in ("short", "x" * 129, b"\xc5\x9f" * 20, "tab\tinside-the-key"):
                    response = await stage.call(operation, headers={"Idempotency-Key": key})
                    findings.expect(response, {422})
            if "Idempotency-Key" in operation.required_headers:
                problem = findings.expect(
                    await stage.call(operation, headers={"Idempotency-Key": None}), {400}
                )
                assert "idempotency_key_missing" == problem.get("code", "idempotency_key_missing")


async def test_a_version_that_nobody_saw_is_stale(stage: Stage) -> None:
    """A missing, unreadable or outdated If-Match: 412."""
    async with stage.unchanged() as findings:
        for operation in stage.operations:
            if "If-Match" in operation.parameters("header"):
                for tag in (
                    *(() if operation.template.endswith(VERSION_ADVISED) else (None,)),
                    "",
                    "*",
                    "1",
                    'W/"1"',
                    '"x"',
                    '"-1"',
                    '"0"',
                    '"999"',
                    f'"{"9" * 30}"',
                    b"\xff",
                ):
                    findings.expect(await stage.call(operation, headers={"If-Match": tag}), {412})


@asynccontextmanager
async def listening(stage: Stage) -> AsyncIterator[int]:
    """The API on a socket of its own; the port."""
    sockets = [server.bind("127.0.0.1", 0) for _ in range(2)]
    thresholds = gc.get_threshold()
    try:
        async with serving(stage.world.assembly, sockets):
            yield sockets[0].getsockname()[1]
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


async def status_line(port: int, head: str, parts: list[bytes]) -> str:
    """What is answered to a request written by hand, even while it is still being written."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head.encode("latin-1"))
        for part in parts:
            writer.write(part)
            await writer.drain()
        return (await asyncio.wait_for(reader.readline(), 10)).decode().strip()
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "path", ["/api/v1/orders", "/api/v1/auth/sessions", "/api/v1/payments/sandbox/callback"]
)
async def test_a_stream_without_a_length_is_cut_off(stage: Stage, path: str) -> None:
    """Over a real socket, chunked: 413 for hot routes, plain ones and the bank's."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Idempotency-Key: 0123456789abcdef\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = f"{len(CHUNK):x}\r\n".encode() + CHUNK + b"\r\n"
    async with stage.unchanged(), listening(stage) as port:
        answered = await status_line(port, head, [*[chunk] * CHUNKS, b"0\r\n\r\n"])
        assert "HTTP/1.1 413 Request Entity Too Large" == answered.replace("Content", "Request Entity")


async def test_a_client_that_goes_away_leaves_nothing(stage: Stage) -> None:
    """A connection that ends inside a body is no fault of ours and changes nothing."""
    async with stage.unchanged(), listening(stage) as port:
        for path in ("/api/v1/orders", "/api/v1/auth/users"):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            writer.write(f"{head}Idempotency-Key: 0123456789abcdef\r\nContent-Length: 100\r\n\r\n{{".encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.1)
    faults = (await stage.world.client.get("/metrics")).text
    assert 'status="500"' not in faults


async def test_an_unknown_path_is_a_problem_document(stage: Stage) -> None:
    """Nothing outside the document answers anything else."""
    for path in (
        "/",
        "/api",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v1/events/",
        "/api/v2/events",
        "//",
        "/%00",
    ):
        problem_of(await stage.world.client.get(path, headers={"Accept-Language": "en"}), {404})


async def test_another_method_names_those_that_the_path_takes(stage: Stage) -> None:
    """405 lists every method of the path, whichever kind of route answers it."""
    for operation in stage.operations:
        path = operation.path(stage.values)
        # `/auth/sessions/refresh` fits `/auth/sessions/{session}` too.
        taken = {other.method for other in stage.operations if other.fits(path)}
        for method in {"TRACE", "GET", *WRITES} - taken:
            answer = await stage.world.client.request(method, path, headers={"Accept-Language": "en"})
            problem_of(answer, {405})
            assert taken == set(answer.headers["allow"].split(", ")), str(operation)


async def test_a_title_is_in_the_language_that_was_asked_for(stage: Stage) -> None:
    """Turkish unless the first preference is another language."""
    said: dict[str, Any] = {}
    for asked in ("tr-TR,tr;q=0.9,en;q=0.8", "", "*", "en-GB", "de", "\x00;;q=x"):
        answer = await stage.world.client.get("/api/v1/events/none", headers={"Accept-Language": asked})
        said[asked] = (answer.json()["title"], answer.headers["content-language"])
    assert [("Bulunamadı", "tr")] * 3 + [("Not found", "en")] * 3 == list(said.values())
