"""Real sites on real sockets: the bank's, and a shop that remembers who called."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from biletpro.adapters.environment import Secret
from biletpro.adapters.payments.bank import SandboxBank
from biletpro.adapters.payments.bank_site import BankSite
from biletpro.adapters.payments.provider import Card, Charge
from biletpro.adapters.payments.remote_bank import RemoteBank
from biletpro.adapters.payments.sandbox import SandboxProvider
from biletpro.adapters.tasks import Tasks
from biletpro.kernel.ids import new_id

SECRET = Secret("a secret of the sandbox, made up")
LATE_CALLBACK_S = 0.4
CHARGE_TIMEOUT_S = 1.0
WAIT_S = 10.0
QUIET_S = 0.2
FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')


def card(number: str, expiry: str = "12/39", cvc: str = "123") -> Card:
    return Card(number, expiry, cvc)


def charge(
    number: str,
    callback_url: str = "http://shop/callback",
    *,
    amount: int = 25_000,
    payment_id: UUID | None = None,
) -> Charge:
    return Charge(
        payment_id=payment_id if payment_id is not None else new_id(),
        order_code="BP-7ZK2M4QA",
        amount=amount,
        currency="TRY",
        card=card(number),
        callback_url=callback_url,
    )


@asynccontextmanager
async def served(made: Callable[[str], ASGIApp]) -> AsyncIterator[str]:
    """Serve what *made* makes of its own address, until the block ends."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(made(url), log_level="warning", ws="none"))
    running = Tasks().start(server.serve(sockets=[listener]), url)
    while not server.started:
        assert not running.done(), "the site did not start"
        await asyncio.sleep(0.01)
    try:
        yield url
    finally:
        server.should_exit = True
        await running
        listener.close()


@dataclass
class Shop:
    """Takes callbacks; answers the first `failures` of them with a 503."""

    failures: int = 0
    heard: list[tuple[str, bytes, str | None]] = field(default_factory=list)
    tried: int = 0
    url: str = ""

    def app(self, url: str) -> ASGIApp:
        self.url = f"{url}/callback"
        return Starlette(routes=[Route("/callback", self._callback, methods=["POST"])])

    async def _callback(self, request: Request) -> Response:
        self.tried += 1
        if self.tried <= self.failures:
            return Response(status_code=503)
        self.heard.append(
            (
                request.headers["content-type"],
                await request.body(),
                request.headers.get("sandbox-signature"),
            )
        )
        return Response(status_code=204)

    async def is_called(self, count: int) -> bool:
        """Whether *count* tries to call back came, and no more in the moment after."""
        for _ in range(round(WAIT_S / 0.02)):
            if self.tried >= count:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(QUIET_S)
        return self.tried == count


@dataclass
class World:
    """A shop, a bank with its site, a driver, and somebody's browser."""

    shop: Shop
    bank: SandboxBank
    remote: RemoteBank
    provider: SandboxProvider
    browser: httpx.AsyncClient

    async def pending_page(self, number: str, *, amount: int = 25_000) -> tuple[UUID, str]:
        """A charge that waits for its card holder, and where the card holder is sent."""
        asked = charge(number, self.shop.url, amount=amount)
        result = await self.provider.charge(asked)
        assert result.redirect_url is not None, result
        return asked.payment_id, result.redirect_url


@asynccontextmanager
async def world(*, shop: Shop, remote: bool = False) -> AsyncIterator[World]:
    tasks = Tasks()
    banks: list[SandboxBank] = []

    def site(url: str) -> ASGIApp:
        banks.append(SandboxBank(url, SECRET, journal=None, hang_s=2 * CHARGE_TIMEOUT_S))
        return BankSite(
            banks[0], SECRET, tasks, late_callback_s=LATE_CALLBACK_S, callback_pauses_s=(0.0, 0.05, 0.1)
        ).app

    async with served(shop.app), served(site) as bank_url, httpx.AsyncClient(trust_env=False) as browser:
        away = RemoteBank(bank_url, SECRET)
        bank = away if remote else banks[0]
        provider = SandboxProvider(bank, SECRET, charge_timeout_s=CHARGE_TIMEOUT_S)
        try:
            yield World(shop, banks[0], away, provider, browser)
        finally:
            await away.close()
            await tasks.stop()
