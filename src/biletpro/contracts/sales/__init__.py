"""Sales: stock, holds, orders, payments, tickets. Rules: docs/rules/selling.md.

Called by: event (capacity and places of published events), web. Publishes what the other services count and tell.
"""

from typing import Protocol

from biletpro.kernel.events import FeedPage, FeedRequest
from biletpro.kernel.messages import Nothing
from biletpro.kernel.permissions import Caller

from .messages import (
    Attendee,
    Availability,
    AvailabilityRequest,
    Buyer,
    CancelBody,
    CancelFirmOrder,
    CardBody,
    CategoryAvailability,
    CaughtUp,
    ChangeCapacity,
    ChangeHold,
    Consent,
    FirmOrder,
    FirmOrderRef,
    HistoryEntry,
    Hold,
    HoldBody,
    HoldItem,
    HoldPlaces,
    HoldRef,
    Line,
    ListOrders,
    NoticeTaken,
    Order,
    OrderBody,
    OrderList,
    OrderRef,
    OrderStatus,
    OrderSummary,
    Payment,
    PaymentBody,
    PaymentNotice,
    PaymentRef,
    PaymentStatus,
    PlaceChange,
    PlaceLabel,
    PlaceOrder,
    Quote,
    QuoteBody,
    QuoteHold,
    StartPayment,
    Ticket,
    TicketStatus,
    WantedPlace,
    WithdrawPlaces,
)
from .news import (
    HoldPlaced,
    MoneyReturned,
    OrderCancelled,
    OrderExpired,
    OrderPaid,
    OrderPlaced,
    PaymentRefused,
)
from .refusals import (
    CapacityBelowSold,
    EventPaused,
    FirmSuspended,
    HoldExpired,
    HoldOrdered,
    HoldUnknown,
    LimitReached,
    OrderNotCancellable,
    OrderNotPayable,
    OrderUnknown,
    PlaceInUse,
    PlacesTaken,
    ProviderUnknown,
    SalesClosed,
    SoldOut,
    VoucherUnknown,
)

__all__ = [
    "Attendee",
    "Availability",
    "AvailabilityRequest",
    "Buyer",
    "CancelBody",
    "CancelFirmOrder",
    "CapacityBelowSold",
    "CardBody",
    "CategoryAvailability",
    "CaughtUp",
    "ChangeCapacity",
    "ChangeHold",
    "Consent",
    "EventPaused",
    "FirmOrder",
    "FirmOrderRef",
    "FirmSuspended",
    "HistoryEntry",
    "Hold",
    "HoldBody",
    "HoldExpired",
    "HoldItem",
    "HoldOrdered",
    "HoldPlaced",
    "HoldPlaces",
    "HoldRef",
    "HoldUnknown",
    "LimitReached",
    "Line",
    "ListOrders",
    "MoneyReturned",
    "NoticeTaken",
    "Order",
    "OrderBody",
    "OrderCancelled",
    "OrderExpired",
    "OrderList",
    "OrderNotCancellable",
    "OrderNotPayable",
    "OrderPaid",
    "OrderPlaced",
    "OrderRef",
    "OrderStatus",
    "OrderSummary",
    "OrderUnknown",
    "Payment",
    "PaymentBody",
    "PaymentNotice",
    "PaymentRef",
    "PaymentRefused",
    "PaymentStatus",
    "PlaceChange",
    "PlaceInUse",
    "PlaceLabel",
    "PlaceOrder",
    "PlacesTaken",
    "ProviderUnknown",
    "Quote",
    "QuoteBody",
    "QuoteHold",
    "Sales",
    "SalesClosed",
    "SoldOut",
    "StartPayment",
    "Ticket",
    "TicketStatus",
    "VoucherUnknown",
    "WantedPlace",
    "WithdrawPlaces",
]


class Sales(Protocol):
    """Buyers' calls carry a secret in the request; the firm's carry a caller with permissions."""

    async def place_hold(self, caller: Caller, request: HoldPlaces) -> Hold:
        """Claim places. Raises SoldOut, PlacesTaken, SalesClosed, EventPaused, FirmSuspended, LimitReached."""

    async def hold(self, caller: Caller, request: HoldRef) -> Hold:
        """The hold as it is. Raises HoldUnknown."""

    async def change_hold(self, caller: Caller, request: ChangeHold) -> Hold:
        """Claim other places instead; the old ones stay when the new cannot be had. Raises as place_hold."""

    async def release_hold(self, caller: Caller, request: HoldRef) -> Nothing:
        """Give everything back now. Raises HoldUnknown, HoldOrdered."""

    async def quote(self, caller: Caller, request: QuoteHold) -> Quote:
        """Raises HoldUnknown, VoucherUnknown."""

    async def place_order(self, caller: Caller, request: PlaceOrder) -> Order:
        """Raises HoldUnknown, HoldExpired, HoldOrdered, LimitReached, VoucherUnknown."""

    async def order(self, caller: Caller, request: OrderRef) -> Order:
        """Raises OrderUnknown."""

    async def cancel_order(self, caller: Caller, request: OrderRef) -> Order:
        """A buyer gives an unpaid order up. Raises OrderUnknown, OrderNotCancellable."""

    async def start_payment(self, caller: Caller, request: StartPayment) -> Payment:
        """Raises OrderUnknown, OrderNotPayable, ProviderUnknown."""

    async def payment(self, caller: Caller, request: PaymentRef) -> Payment:
        """Raises OrderUnknown."""

    async def take_notice(self, caller: Caller, request: PaymentNotice) -> NoticeTaken:
        """Settle what a provider calls back about. Raises Invalid, NotFound."""

    async def availability(self, caller: Caller, request: AvailabilityRequest) -> Availability:
        """Raises NotFound."""

    async def firm_orders(self, caller: Caller, request: ListOrders) -> OrderList:
        """Newest first."""

    async def firm_order(self, caller: Caller, request: FirmOrderRef) -> FirmOrder:
        """Raises OrderUnknown."""

    async def cancel_firm_order(self, caller: Caller, request: CancelFirmOrder) -> FirmOrder:
        """Return the places and void the tickets; money is another operation. Raises OrderNotCancellable."""

    async def change_capacity(self, caller: Caller, request: ChangeCapacity) -> Nothing:
        """Raises CapacityBelowSold. A category that sales does not know yet is no fault."""

    async def withdraw_places(self, caller: Caller, request: WithdrawPlaces) -> Nothing:
        """Raises PlaceInUse. Places that sales does not know yet are no fault."""

    async def caught_up(self, caller: Caller, request: CaughtUp) -> Nothing:
        """Raises Busy when it takes longer than its bound."""

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        """The service's own events in order."""
