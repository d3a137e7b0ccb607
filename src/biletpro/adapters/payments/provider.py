"""What every payment provider promises.

A payment is: intent stored, provider called, outcome stored; no call of these stands inside a transaction.
Both ids are ours and make calls repeatable: the same `payment_id` is charged once, the same `refund_id`
returned once.
"""

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID


class ProviderAway(Exception):
    """No answer: a time-out or a fault on the way. The outcome is unknown until `query` says it."""


class IdReused(Exception):
    """An id came again with another amount or order: a bug of the caller, nothing that a buyer can act on."""


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """A sandbox card. `expiry` is MM/YY; no part of it ever shows in a log, a traceback or a test report."""

    number: str
    expiry: str
    cvc: str

    def __repr__(self) -> str:
        return "Card(…)"


@dataclass(frozen=True, slots=True)
class Charge:
    """`amount` is in minor units. `callback_url` hears from the bank and takes the buyer's browser back."""

    payment_id: UUID
    order_code: str
    amount: int
    currency: str
    card: Card | None
    callback_url: str


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """`unknown`: the bank never saw it. `redirect_url` where the buyer confirms; `reason` when refused."""

    status: Literal["succeeded", "pending", "refused", "unknown"]
    reference: str
    redirect_url: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Which payment a callback speaks of. From a browser it is answered with the way back to the order."""

    payment_id: UUID
    from_browser: bool


@dataclass(frozen=True, slots=True)
class RefundResult:
    """`refused` is final for its refund id."""

    status: Literal["succeeded", "pending", "refused"]
    reference: str


class Bank(Protocol):
    """The money side of a provider. Every call raises ProviderAway when nobody answers."""

    async def charge(self, charge: Charge) -> ChargeResult:
        """Take the money once per `payment_id`; a repeat gets the present outcome. Raises IdReused."""

    async def query(self, payment_id: UUID) -> ChargeResult:
        """What the bank's books say now."""

    async def refund(self, refund_id: UUID, payment_id: UUID, amount: int) -> RefundResult:
        """Give back once per `refund_id`, never more in all than was charged. Raises IdReused."""


class PaymentProvider(Bank, Protocol):
    """A bank with a name and a way of calling back."""

    name: str

    def notice(self, content_type: str, body: bytes, signature: str | None) -> Notice:
        """Read a callback. Raises Invalid when it is unreadable or forged. Tells nothing of the outcome."""
