"""The buyers' routes, all of them hot: plain Starlette, secrets in headers only."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from biletpro.adapters.http.edge import JSON_TYPES, BodyRule
from biletpro.adapters.http.guard import IdempotencyKeyMissing, once_of
from biletpro.adapters.http.hot import HotRoute, Parameter, parsed, path_id, rendered, rendered_json
from biletpro.contracts.sales import (
    Availability,
    AvailabilityRequest,
    ChangeHold,
    Hold,
    HoldBody,
    HoldPlaces,
    HoldRef,
    Order,
    OrderBody,
    OrderRef,
    Payment,
    PaymentBody,
    PaymentNotice,
    PaymentRef,
    PlaceOrder,
    Quote,
    QuoteBody,
    QuoteHold,
    StartPayment,
)
from biletpro.kernel.errors import Invalid
from biletpro.kernel.permissions import ANONYMOUS, Caller

from ..operations import SalesOperations
from .codes import order_code

FORM: Final = "application/x-www-form-urlencoded"
SINCE_MAX: Final = 2**63 - 1
AVAILABILITY_HEADERS: Final = {"Cache-Control": "public, max-age=1"}

_HOLD_TOKEN = Parameter("Hold-Token", "header", "The secret that owns the hold", {"type": "string"})
_ORDER_SECRET = Parameter("Order-Secret", "header", "The secret that owns the order", {"type": "string"})
_KEY = {"type": "string", "minLength": 16, "maxLength": 128}
_KEY_ADVISED = Parameter("Idempotency-Key", "header", "A UUID; makes a repeat the same hold", _KEY)
_KEY_NEEDED = Parameter("Idempotency-Key", "header", "Makes a repeat the same act", _KEY, required=True)
_SINCE = Parameter(
    "since",
    "query",
    "Only the places that changed after this version",
    {"type": "integer", "minimum": 0},
)


def body_rules() -> tuple[BodyRule, ...]:
    """A bank's page sends the browser back with a form."""
    return (BodyRule(re.compile("/api/v1/payments/[^/]+/callback"), 64 * 1024, (*JSON_TYPES, FORM)),)


def _hold_token(request: Request) -> str:
    return request.headers.get("hold-token", "")


def _order(request: Request) -> OrderRef:
    code = order_code(request.path_params["code"])
    return OrderRef(code=code, secret=request.headers.get("order-secret", ""))


async def _caller(request: Request, *, key_needed: bool = False) -> Caller:
    once = await once_of(request)
    if once is None:
        if key_needed:
            raise IdempotencyKeyMissing
        return ANONYMOUS
    return ANONYMOUS.model_copy(update={"once": once})


class BuyerRoutes:
    """Parse, one operation, render."""

    def __init__(self, operations: SalesOperations, public_url: str) -> None:
        self._operations = operations
        self._public_url = public_url

    def routes(self) -> tuple[HotRoute, ...]:
        """All of them, with their part of the OpenAPI document."""
        hold, order = "/api/v1/holds/{hold}", "/api/v1/orders/{code}"
        held, owned = (_HOLD_TOKEN,), (_ORDER_SECRET,)
        return (
            HotRoute(
                "POST", "/api/v1/events/{event}/holds", self.place_hold, "Claim places for some minutes", Hold, 201,
                body=HoldBody, parameters=(_KEY_ADVISED,),
            ),
            HotRoute(
                "GET", "/api/v1/events/{event}/availability", self.availability, "What is free, at most 1 s old",
                Availability, parameters=(_SINCE,),
            ),
            HotRoute(
                "POST", "/api/v1/orders", self.place_order, "Turn a hold into an order", Order, 201,
                body=OrderBody, parameters=(_HOLD_TOKEN, _KEY_NEEDED),
            ),
            HotRoute(
                "POST", f"{order}/payments", self.start_payment, "Pay an order", Payment, 201,
                body=PaymentBody, parameters=(_ORDER_SECRET, _KEY_NEEDED),
            ),
            HotRoute("GET", order, self.order, "An order with its tickets", Order, parameters=owned),
            HotRoute("GET", f"{order}/payments/{{payment}}", self.payment, "A payment", Payment, parameters=owned),
            HotRoute("POST", f"{order}/cancel", self.cancel, "Give an unpaid order up", Order, parameters=owned),
            HotRoute("GET", hold, self.hold, "A hold", Hold, parameters=held),
            HotRoute(
                "PATCH", hold, self.change_hold, "Claim other places instead", Hold, body=HoldBody, parameters=held
            ),
            HotRoute("DELETE", hold, self.release_hold, "Give a hold back", None, 204, parameters=held),
            HotRoute(
                "POST", f"{hold}/quote", self.quote, "What it costs as an order", Quote, body=QuoteBody,
                parameters=held,
            ),
            HotRoute(
                "POST", "/api/v1/payments/{provider}/callback", self.callback, "A provider calls back", None, 200,
                refusals=(400, 404, 413, 415, 422, 503),
            ),
        )  # fmt: skip

    async def place_hold(self, request: Request) -> Response:
        event_id = path_id(request, "event")
        caller = await _caller(request)
        body = await parsed(request, HoldBody)
        wanted = HoldPlaces(event_id=event_id, items=body.items)
        return rendered_json(await self._operations.place_hold_json(caller, wanted), 201)

    async def hold(self, request: Request) -> Response:
        wanted = HoldRef(hold_id=path_id(request, "hold"), token=_hold_token(request))
        return rendered(await self._operations.hold(ANONYMOUS, wanted))

    async def change_hold(self, request: Request) -> Response:
        hold_id = path_id(request, "hold")
        body = await parsed(request, HoldBody)
        wanted = ChangeHold(hold_id=hold_id, token=_hold_token(request), items=body.items)
        return rendered(await self._operations.change_hold(await _caller(request), wanted))

    async def release_hold(self, request: Request) -> Response:
        wanted = HoldRef(hold_id=path_id(request, "hold"), token=_hold_token(request))
        await self._operations.release_hold(await _caller(request), wanted)
        return Response(status_code=204)

    async def quote(self, request: Request) -> Response:
        hold_id = path_id(request, "hold")
        body = await parsed(request, QuoteBody)
        wanted = QuoteHold(hold_id=hold_id, token=_hold_token(request), voucher=body.voucher)
        return rendered(await self._operations.quote(await _caller(request), wanted))

    async def place_order(self, request: Request) -> Response:
        caller = await _caller(request, key_needed=True)
        body = await parsed(request, OrderBody)
        wanted = PlaceOrder(token=_hold_token(request), body=body)
        return rendered_json(await self._operations.place_order_json(caller, wanted), 201)

    async def order(self, request: Request) -> Response:
        return rendered_json(await self._operations.order_json(_order(request)))

    async def cancel(self, request: Request) -> Response:
        return rendered(await self._operations.cancel_order(await _caller(request), _order(request)))

    async def start_payment(self, request: Request) -> Response:
        caller = await _caller(request, key_needed=True)
        order = _order(request)
        body = await parsed(request, PaymentBody)
        wanted = StartPayment(code=order.code, secret=order.secret, body=body, callback_base=self._public_url)
        return rendered_json(await self._operations.start_payment_json(caller, wanted), 201)

    async def payment(self, request: Request) -> Response:
        order = _order(request)
        wanted = PaymentRef(code=order.code, secret=order.secret, payment_id=path_id(request, "payment"))
        return rendered(await self._operations.payment(ANONYMOUS, wanted))

    async def callback(self, request: Request) -> Response:
        """A browser is sent on to the order with 303; a bank's server gets an empty 200."""
        notice = PaymentNotice(
            provider=request.path_params["provider"],
            content_type=request.headers.get("content-type", ""),
            body=await request.body(),
            signature=request.headers.get("sandbox-signature"),
        )
        taken = await self._operations.take_notice(ANONYMOUS, notice)
        if taken.return_url is not None:
            return RedirectResponse(taken.return_url, 303)
        return Response(status_code=200)

    async def availability(self, request: Request) -> Response:
        event_id = path_id(request, "event")
        text = request.query_params.get("since")
        if text is None:
            body = await self._operations.availability_json(event_id)
            return Response(body, 200, AVAILABILITY_HEADERS, "application/json")
        if (
            not text.isascii()
            or not text.isdigit()
            or len(text) > len(str(SINCE_MAX))
            or int(text) > SINCE_MAX
        ):
            raise Invalid("the version of an earlier answer", field="since")
        wanted = AvailabilityRequest(event_id=event_id, since=int(text))
        return rendered(await self._operations.availability(ANONYMOUS, wanted), 200, AVAILABILITY_HEADERS)
