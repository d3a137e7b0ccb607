"""The outermost layer, around routes that break their word."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from starlette.types import Message

from biletpro.adapters.http.app import create_app


@pytest.fixture
async def client() -> httpx.AsyncClient:
    router = APIRouter()

    @router.get("/fault")
    async def fault() -> None:
        raise LookupError("the secret of a bug")

    app, _ = create_app(routers=[router], hot_routes=[], body_rules=[], version="0")
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


async def test_a_bug_is_told_to_nobody(client: httpx.AsyncClient) -> None:
    """A fault is answered as a problem document with the trace id of its log, and ends there."""
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    async with client:
        response = await client.get("/fault", headers={"traceparent": trace, "Accept-Language": "en"})
    assert (500, "application/problem+json") == (response.status_code, response.headers["content-type"])
    assert ("internal", "a" * 32) == (response.json()["code"], response.json()["trace_id"])
    assert "secret" not in response.text


async def test_every_answer_tells_browsers_to_keep_to_its_type(client: httpx.AsyncClient) -> None:
    """Refusals, faults and answers alike carry the headers of the house."""
    async with client:
        for path in ("/fault", "/nothing", "/schema/openapi.json"):
            headers = (await client.get(path)).headers
            assert ("nosniff", "DENY") == (headers["x-content-type-options"], headers["x-frame-options"])


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"x", b"9" * 5_000, b" 5"])
async def test_a_strange_length_is_too_much(client: httpx.AsyncClient, length: bytes) -> None:
    """A Content-Length that is no small number is not waited for."""
    assert isinstance(client._transport, httpx.ASGITransport)
    sent: list[Message] = []
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/fault",
        "query_string": b"",
        "headers": [(b"content-length", length), (b"content-type", b"application/json")],
    }

    async def send(message: Message) -> None:
        sent.append(dict(message))

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nobody reads it")

    await client._transport.app(scope, receive, send)
    assert 413 == sent[0]["status"]
