"""What sales tells the others."""

from datetime import datetime
from uuid import UUID

from biletpro.kernel.events import Event


class _OfOrder(Event):
    order_id: UUID
    event_id: UUID
    organization_id: UUID

    def event_key(self) -> UUID:
        return self.order_id


class HoldPlaced(Event):
    """Heard by: analytics (the funnel)."""

    hold_id: UUID
    event_id: UUID
    places: int

    def event_key(self) -> UUID:
        return self.hold_id


class OrderPlaced(_OfOrder):
    """Heard by: analytics."""

    code: str
    places: int
    total: int
    currency: str


class OrderPaid(_OfOrder):
    """Paid in full; its tickets exist. Heard by: notification, analytics."""

    code: str
    total: int
    currency: str
    payment_id: UUID


class PaymentRefused(_OfOrder):
    """Heard by: analytics."""

    payment_id: UUID
    reason: str


class OrderExpired(_OfOrder):
    """Unpaid past its time; its places are on sale again. Heard by: notification, analytics."""


class OrderCancelled(_OfOrder):
    """Its places are on sale again, its tickets void. Heard by: notification, analytics."""

    reason: str


class MoneyReturned(_OfOrder):
    """Money that could not be turned into tickets went back. Heard by: notification, analytics."""

    payment_id: UUID
    amount: int
    currency: str
    occurred: datetime
