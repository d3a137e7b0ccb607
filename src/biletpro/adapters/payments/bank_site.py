"""The pretend bank's own web site: the 3-D Secure page, the calls back to the shop, and a JSON interface.

It is served on a port of its own, because for a browser a bank is another site. A callback that could not be
delivered in a few tries, or was waiting when the process died, is lost, as it is at real banks: the shop asks
by itself.
"""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import structlog
from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from biletpro.adapters.environment import Secret
from biletpro.adapters.http.problems import language
from biletpro.adapters.tasks import Tasks
from biletpro.kernel.clock import Clock, utc_now

from . import bank_pages
from .bank import Booked, SandboxBank
from .provider import Charge, ChargeResult, IdReused, RefundResult
from .signatures import SIGNATURE_HEADER, Signer, return_message

LATE_CALLBACK_S: Final = 60.0
# Before each try.
CALLBACK_PAUSES_S: Final = (0.0, 1.0, 5.0)
CALLBACK_TIMEOUT_S: Final = 5.0
BODY_MAX_BYTES: Final = 16 * 1024
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address holds the page's token
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """The body of POST /refunds."""

    refund_id: UUID
    payment_id: UUID
    amount: int


Body = TypeVar("Body")
CHARGE: Final[TypeAdapter[Charge]] = TypeAdapter(Charge)
CHARGE_RESULT: Final[TypeAdapter[ChargeResult]] = TypeAdapter(ChargeResult)
REFUND: Final[TypeAdapter[RefundOrder]] = TypeAdapter(RefundOrder)
REFUND_RESULT: Final[TypeAdapter[RefundResult]] = TypeAdapter(RefundResult)


class BankSite:
    """`app` is the ASGI application; its lifespan must run, for the client that calls back lives in it."""

    def __init__(
        self,
        bank: SandboxBank,
        secret: Secret,
        tasks: Tasks,
        *,
        clock: Clock = utc_now,
        late_callback_s: float = LATE_CALLBACK_S,
        callback_pauses_s: tuple[float, ...] = CALLBACK_PAUSES_S,
    ) -> None:
        self._bank = bank
        self._signer = Signer(secret, clock)
        self._tasks = tasks
        self._late_callback_s = late_callback_s
        self._callback_pauses_s = callback_pauses_s
        self._client: httpx.AsyncClient | None = None
        self.app = Starlette(
            routes=[
                Route("/3ds/{payment_id:uuid}/{token}", self._ask, methods=["GET"]),
                Route("/3ds/{payment_id:uuid}/{token}", self._decide, methods=["POST"]),
                Route("/static/{name}", self._asset, methods=["GET"]),
                Route("/charges", self._trusted(self._charge), methods=["POST"]),
                Route("/charges/{payment_id:uuid}", self._trusted(self._query), methods=["GET"]),
                Route("/refunds", self._trusted(self._refund), methods=["POST"]),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(timeout=CALLBACK_TIMEOUT_S, trust_env=False) as client:
            self._client = client
            yield

    # --- for card holders --------------------------------------------------------------------------------

    async def _ask(self, request: Request) -> Response:
        payment_id: UUID = request.path_params["payment_id"]
        booked = self._bank.awaiting(payment_id, request.path_params["token"])
        spoken = language(request.scope["headers"])
        if booked is None:
            return _html(bank_pages.missing(spoken), 404)
        if booked.approved is not None:
            return self._after(spoken, payment_id, booked, approved=booked.approved)
        return _html(bank_pages.ask(spoken, booked.order_code, booked.amount, booked.currency))

    async def _decide(self, request: Request) -> Response:
        payment_id: UUID = request.path_params["payment_id"]
        booked = self._bank.awaiting(payment_id, request.path_params["token"])
        spoken = language(request.scope["headers"])
        if booked is None:
            return _html(bank_pages.missing(spoken), 404)
        decision = parse_qs((await _body(request)).decode("latin-1")).get("decision")
        if decision not in (["approve"], ["deny"]):
            return _html(bank_pages.ask(spoken, booked.order_code, booked.amount, booked.currency), 422)
        if self._bank.decide(payment_id, approved=decision == ["approve"]):
            self._tasks.start(self._call_back(payment_id, booked), f"sandbox callback {payment_id}")
        assert booked.approved is not None, "decided above or before"
        return self._after(spoken, payment_id, booked, approved=booked.approved)

    def _after(self, spoken: str, payment_id: UUID, booked: Booked, *, approved: bool) -> Response:
        if not booked.script.browser_returns:
            return _html(bank_pages.decided(spoken, approved=approved))
        signature = self._signer.sign(return_message(payment_id))
        page = bank_pages.back(spoken, booked.callback_url, str(payment_id), signature, approved=approved)
        # Browsers hold a form's redirects to form-action too; where the shop sends its buyers is its affair.
        return _html(page, form_action="http: https:")

    async def _asset(self, request: Request) -> Response:
        asset = bank_pages.ASSETS.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
        return Response(asset[0], headers=headers, media_type=asset[1])

    # --- for the shop ------------------------------------------------------------------------------------

    async def _call_back(self, payment_id: UUID, booked: Booked) -> None:
        if booked.script.callback_late:
            await asyncio.sleep(self._late_callback_s)
        for _ in range(booked.script.callbacks):
            if not await self._delivered(payment_id, booked.callback_url):
                log.warning("sandbox_callback_lost", payment_id=str(payment_id))

    async def _delivered(self, payment_id: UUID, callback_url: str) -> bool:
        assert self._client is not None, "the site is served with its lifespan"
        body = json.dumps({"payment_id": str(payment_id)}).encode()
        for pause_s in self._callback_pauses_s:
            await asyncio.sleep(pause_s)
            headers = {SIGNATURE_HEADER: self._signer.sign(body), "Content-Type": "application/json"}
            try:
                response = await self._client.post(callback_url, content=body, headers=headers)
            except httpx.TransportError as error:
                log.info("sandbox_callback_failed", payment_id=str(payment_id), error=repr(error))
                continue
            # A redirect is what browsers get; it has been heard all the same.
            if not response.is_error:
                return True
            log.info("sandbox_callback_failed", payment_id=str(payment_id), status=response.status_code)
        return False

    def _trusted(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Any]:
        expected = f"Bearer {self._signer.api_key()}".encode()

        async def checked(request: Request) -> Response:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(expected, given):
                raise HTTPException(401)
            try:
                return await handler(request)
            except IdReused as error:
                raise HTTPException(409, str(error)) from error

        return checked

    async def _charge(self, request: Request) -> Response:
        result = await self._bank.charge(await _parsed(request, CHARGE))
        return Response(CHARGE_RESULT.dump_json(result), media_type="application/json")

    async def _query(self, request: Request) -> Response:
        result = await self._bank.query(request.path_params["payment_id"])
        return Response(CHARGE_RESULT.dump_json(result), media_type="application/json")

    async def _refund(self, request: Request) -> Response:
        order = await _parsed(request, REFUND)
        result = await self._bank.refund(order.refund_id, order.payment_id, order.amount)
        return Response(REFUND_RESULT.dump_json(result), media_type="application/json")


def _html(page: str, status: int = 200, *, form_action: str = "'self'") -> Response:
    headers = {**HEADERS, "Content-Security-Policy": f"{POLICY}; form-action {form_action}"}
    return HTMLResponse(page, status, headers)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise HTTPException(413)
    return body


async def _parsed(request: Request, kind: TypeAdapter[Body]) -> Body:
    try:
        return kind.validate_json(await _body(request), strict=True)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
    # Outside the handler, so that the error, which quotes the card, is no part of any traceback.
    raise HTTPException(422, f"{field}: invalid")
