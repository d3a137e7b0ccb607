"""The firm's routes of sales."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from biletpro.adapters.http.guard import Guard
from biletpro.contracts.sales import (
    CancelBody,
    CancelFirmOrder,
    FirmOrder,
    FirmOrderRef,
    ListOrders,
    OrderList,
    OrderStatus,
    PaymentStatus,
)
from biletpro.kernel.messages import PAGE_MAX, ShortText
from biletpro.kernel.permissions import Caller

from ..operations import SalesOperations
from .codes import order_code


def router(operations: SalesOperations, guard: Guard) -> APIRouter:
    """Orders as their firm sees them."""
    routes = APIRouter(prefix="/api/v1/organizations/{org}/orders", tags=["orders"])

    @routes.get("")
    async def orders(
        org: UUID,
        caller: Annotated[Caller, Depends(guard.signed_in)],
        query: Annotated[ShortText | None, Query()] = None,
        event: Annotated[UUID | None, Query()] = None,
        status: Annotated[OrderStatus | None, Query()] = None,
        payment_status: Annotated[PaymentStatus | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
        after: Annotated[str | None, Query(max_length=100)] = None,
    ) -> OrderList:
        wanted = ListOrders(
            organization_id=org,
            query=query,
            event=event,
            status=status,
            payment_status=payment_status,
            limit=limit,
            after=after,
        )
        return await operations.firm_orders(caller, wanted)

    @routes.get("/{code}")
    async def order(org: UUID, code: str, caller: Annotated[Caller, Depends(guard.signed_in)]) -> FirmOrder:
        return await operations.firm_order(caller, FirmOrderRef(organization_id=org, code=order_code(code)))

    @routes.post("/{code}/cancel")
    async def cancel(
        org: UUID, code: str, body: CancelBody, caller: Annotated[Caller, Depends(guard.signed_in)]
    ) -> FirmOrder:
        wanted = CancelFirmOrder(organization_id=org, code=order_code(code), reason=body.reason)
        return await operations.cancel_firm_order(caller, wanted)

    return routes
