"""Orders: what a buyer bought, and its tickets."""

from typing import Any
from uuid import UUID

from biletpro.contracts.sales import (
    Buyer,
    HoldUnknown,
    Order,
    OrderNotCancellable,
    OrderRef,
    OrderUnknown,
    PlaceOrder,
    VoucherUnknown,
)
from biletpro.kernel.errors import Invalid
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import Caller, Once

from ..domain import e164, email_key, record_name
from ..store import batches, orders
from . import rendering
from .desk import Answer, Desk, Edges, item_of, refusal_of
from .holds import TOKEN
from .tickets import TicketCodes

SECRET = "order"  # noqa: S105 - the purpose of the secret, not a secret
FREE = "free"


class OrderOperations(Desk):
    """Turn holds into orders; read and give up orders."""

    def __init__(self, edges: Edges) -> None:
        super().__init__(edges)
        self._ticket_codes = TicketCodes(edges.ticket_keys)

    async def place_order(self, caller: Caller, request: PlaceOrder) -> Order:
        """The hold's places become an unpaid order; one that costs nothing is confirmed at once."""
        return Order.model_validate_json(await self.place_order_json(caller, request))

    async def place_order_json(self, caller: Caller, request: PlaceOrder) -> str:
        """See place_order."""
        body = request.body
        if not self._edges.keyring.owns(TOKEN, str(body.hold_id), request.token):
            raise HoldUnknown
        if body.voucher is not None:
            raise VoucherUnknown
        once = required_once(caller)
        buyer = body.buyer.model_copy(
            update={"phone": None if body.buyer.phone is None else e164(body.buyer.phone)}
        )
        order_id, code = new_id(), await self._codes.next()
        item = {
            "id": str(order_id),
            "hold_id": str(body.hold_id),
            "code": code,
            "record": record_name("POST /orders", str(body.hold_id), once.key),
            "body_hash": once.body_hash,
            "name": buyer.name,
            "email": email_key(buyer.email),
            "phone": buyer.phone,
            "consents": None
            if body.consents is None
            else [consent.model_dump() for consent in body.consents],
            "holders": None if body.attendees is None else [attendee.name for attendee in body.attendees],
        }
        answer = await self._order_batches.submit(item_of(item))
        if answer["code"] == "replayed":
            return await self._repeated_order(UUID(answer["id"]), once)
        if answer["code"] != "granted":
            raise refusal_of(answer)
        if answer["total"] == 0:
            await self._confirm_free(order_id, code, once)
            return self._order_json(await self._row_by_code(code))
        return self._placed(order_id, code, buyer, answer)

    async def _repeated_order(self, order_id: UUID, once: Once) -> str:
        row = await self._row_by_id(order_id)
        if row.status == "pending" and row.total == 0:
            # The first try was cut off between the order and its confirmation.
            await self._confirm_free(row.id, row.code, once)
            row = await self._row_by_id(order_id)
        return self._order_json(row)

    def _placed(self, order_id: UUID, code: str, buyer: Buyer, answer: Answer) -> str:
        currency = answer["currency"]
        return rendering.order(
            order_id=order_id,
            code=code,
            secret=self._edges.keyring.secret(SECRET, code),
            event_id=answer["event_id"],
            status="pending",
            payment_status="unpaid",
            created_at=rendering.moment(answer["created_at"]),
            expires_at=rendering.moment(answer["expires_at"]),
            buyer_json=rendering.buyer(buyer.name, email_key(buyer.email), buyer.phone),
            lines_json=rendering.lines(answer["lines"], currency),
            total=rendering.money(answer["total"], currency),
            paid=rendering.money(0, currency),
            tickets_json="",
        )

    async def _confirm_free(self, order_id: UUID, code: str, once: Once) -> None:
        payment_id = str(new_id())
        answer = await self._intent_batches.submit(
            item_of(
                {
                    "id": payment_id,
                    "order_code": code,
                    "provider": FREE,
                    "return_url": None,
                    "record": record_name("free order", code, once.key),
                    "body_hash": once.body_hash,
                    "grace_seconds": self._edges.payment_grace_s,
                    "ask_after_seconds": self._edges.payment_grace_s,
                }
            )
        )
        if answer["code"] not in {"granted", "replayed"}:
            raise refusal_of(answer)
        await self._outcome_batches.submit(
            item_of(
                {
                    "payment_id": answer["id"] if answer["code"] == "replayed" else payment_id,
                    "order_id": str(order_id),
                    "outcome": "succeeded",
                    "reason": None,
                    "key_number": self._edges.ticket_keys.newest,
                }
            )
        )

    async def _row_by_id(self, order_id: UUID) -> orders.OrderRow:
        async with self._database.system("a buyer reads an order by its secret") as connection:
            row = await orders.order_by_id(connection, order_id)
        if row is None:
            raise OrderUnknown
        return row

    async def _row_by_code(self, code: str) -> orders.OrderRow:
        row = await self._order_reads.submit(code)
        if row is None:
            raise OrderUnknown
        return row

    def _order_json(self, row: orders.OrderRow, *, for_firm: bool = False) -> str:
        """The buyer gets the secret and the codes of the tickets; the firm gets neither."""
        return rendering.order(
            order_id=row.id,
            code=row.code,
            secret="" if for_firm else self._edges.keyring.secret(SECRET, row.code),
            event_id=row.event_id,
            status=row.status,
            payment_status=row.payment_status,
            created_at=rendering.moment(row.created_at),
            expires_at="null" if row.expires_at is None else rendering.moment(row.expires_at),
            buyer_json=rendering.buyer(row.buyer_name, row.buyer_email, row.buyer_phone),
            lines_json=rendering.lines(row.lines, row.currency),
            total=rendering.money(row.total, row.currency),
            paid=rendering.money(row.paid - row.refunded, row.currency),
            tickets_json=",".join(
                rendering.ticket(
                    ticket, row.lines[ticket["n"] - 1], "" if for_firm else self._code(row, ticket)
                )
                for ticket in row.tickets
            ),
        )

    def _code(self, row: orders.OrderRow, ticket: dict[str, Any]) -> str:
        return self._ticket_codes.code(
            UUID(ticket["id"]), row.event_id, ticket["serial"], ticket["key_number"]
        )

    def _check_secret(self, request: OrderRef) -> None:
        if not self._edges.keyring.owns(SECRET, request.code, request.secret):
            raise OrderUnknown

    async def order(self, caller: Caller, request: OrderRef) -> Order:
        """The order with its tickets."""
        return Order.model_validate_json(await self.order_json(request))

    async def order_json(self, request: OrderRef) -> str:
        """See order."""
        self._check_secret(request)
        return self._order_json(await self._row_by_code(request.code))

    async def cancel_order(self, caller: Caller, request: OrderRef) -> Order:
        """A buyer gives an unpaid order up; giving up twice is the same as once."""
        self._check_secret(request)
        row = await self._row_by_code(request.code)
        async with self._database.system("a buyer changes or ends a claim by its secret") as connection:
            status = await batches.cancel_order(connection, row.id, "by the buyer", unpaid_only=True)
        if status is not None and status != "cancelled":
            raise OrderNotCancellable(order_status=status)
        return await self.order(caller, request)


def required_once(caller: Caller) -> Once:
    """The idempotency of a write that must have one; the route has checked that the header is there."""
    if caller.once is None:
        raise Invalid("an Idempotency-Key is needed", field="Idempotency-Key")
    return caller.once
