"""What a firm sees and does with its orders."""

import base64
import binascii
from datetime import datetime
from typing import Final
from uuid import UUID

from biletpro.adapters.postgres import Record, bounded_limit
from biletpro.contracts.sales import (
    Buyer,
    CancelFirmOrder,
    FirmOrder,
    FirmOrderRef,
    HistoryEntry,
    ListOrders,
    Order,
    OrderList,
    OrderNotCancellable,
    OrderSummary,
    OrderUnknown,
)
from biletpro.kernel.errors import Invalid
from biletpro.kernel.messages import PAGE_MAX
from biletpro.kernel.money import Money
from biletpro.kernel.permissions import Caller, Permission

from ..store import batches, orders
from .orders import OrderOperations

CURSOR_BYTES: Final = 16


class FirmOperations(OrderOperations):
    """Lists, one order with its history, cancelling."""

    async def firm_orders(self, caller: Caller, request: ListOrders) -> OrderList:
        """Newest first; the cursor is opaque."""
        caller.require(Permission.ORDERS_READ, request.organization_id)
        limit = bounded_limit(request.limit, PAGE_MAX)
        wanted = orders.OrderFilter(
            query=request.query,
            event_id=request.event,
            status=request.status,
            payment_status=request.payment_status,
            before=None if request.after is None else _id_of(request.after),
        )
        async with self._database.tenant(request.organization_id) as connection:
            rows = await orders.firm_orders(connection, request.organization_id, wanted, limit + 1)
        page = rows[:limit]
        return OrderList(
            items=[_summary(row) for row in page],
            next=_cursor(page[-1]["id"]) if len(rows) > limit else None,
        )

    async def firm_order(self, caller: Caller, request: FirmOrderRef) -> FirmOrder:
        """One order with what happened to it."""
        caller.require(Permission.ORDERS_READ, request.organization_id)
        return await self._firm_order(request.organization_id, request.code)

    async def _firm_order(self, organization_id: UUID, code: str) -> FirmOrder:
        async with self._database.tenant(organization_id) as connection:
            row = await orders.firms_order(connection, code)
        if row is None:
            raise OrderUnknown
        return FirmOrder(
            order=Order.model_validate_json(self._order_json(row, for_firm=True)),
            history=[
                HistoryEntry(
                    at=datetime.fromisoformat(entry["at"]),
                    what=entry["what"],
                    facts={name: value for name, value in entry.items() if name not in {"at", "what"}},
                )
                for entry in row.history
            ],
        )

    async def cancel_firm_order(self, caller: Caller, request: CancelFirmOrder) -> FirmOrder:
        """Return the places, void the tickets. A second time changes nothing."""
        caller.require(Permission.ORDERS_MANAGE, request.organization_id)
        found = await self._firm_order(request.organization_id, request.code)
        async with self._database.system("cancelling touches stock that firms do not write") as connection:
            status = await batches.cancel_order(connection, found.order.id, request.reason, unpaid_only=False)
        if status is not None and status != "cancelled":
            raise OrderNotCancellable(order_status=status)
        return await self._firm_order(request.organization_id, request.code)


def _summary(row: Record) -> OrderSummary:
    return OrderSummary(
        id=row["id"],
        code=row["code"],
        event_id=row["event_id"],
        status=row["status"],
        payment_status=row["payment_status"],
        created_at=row["created_at"],
        buyer=Buyer.model_construct(
            name=row["buyer_name"], email=row["buyer_email"], phone=row["buyer_phone"]
        ),
        places=row["places"],
        total=Money(amount=row["total"], currency=row["currency"]),
    )


def _cursor(last_id: UUID) -> str:
    return base64.urlsafe_b64encode(last_id.bytes).decode().rstrip("=")


def _id_of(cursor: str) -> UUID:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError) as error:
        raise Invalid("not a cursor of this list", field="after") from error
    if len(raw) != CURSOR_BYTES:
        raise Invalid("not a cursor of this list", field="after")
    return UUID(bytes=raw)
