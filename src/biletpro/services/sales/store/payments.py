"""Payments, the providers that still owe an answer, and money on its way back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from biletpro.adapters.postgres import Connection


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as stored."""

    id: UUID
    order_id: UUID
    provider: str
    amount: int
    currency: str
    status: Literal["pending", "succeeded", "refused"]
    reason: str | None
    redirect_url: str | None
    return_url: str | None
    age_s: float


async def payment(connection: Connection, payment_id: UUID) -> PaymentRow | None:
    """The payment by its id alone, through the table of references."""
    row = await connection.fetchrow(
        """-- sales.payment
        SELECT p.id, p.order_id, p.provider, p.amount, p.currency, p.status, p.reason, p.redirect_url, p.return_url,
               extract(epoch FROM (SELECT sales.clock()) - p.created_at)::float8 AS age_s
          FROM sales.payment_references r JOIN sales.payments p ON p.order_id = r.order_id AND p.id = r.payment_id
         WHERE r.payment_id = $1""",
        payment_id,
    )
    return None if row is None else PaymentRow(**dict(row))


async def keep_redirect(connection: Connection, order_id: UUID, payment_id: UUID, redirect_url: str) -> None:
    """Where the provider wants the buyer to go on, so that a repeated request gives the same answer."""
    await connection.execute(
        """-- sales.keep_redirect
        UPDATE sales.payments SET redirect_url = $3 WHERE order_id = $1 AND id = $2""",
        order_id,
        payment_id,
        redirect_url,
    )


async def payments_to_ask(connection: Connection, payments_max: int) -> list[UUID]:
    """Payments whose provider is due to be asked, oldest first."""
    rows = await connection.fetch(
        """-- sales.payments_to_ask
        SELECT payment_id FROM sales.payment_references
         WHERE ask_at <= (SELECT sales.clock()) ORDER BY ask_at LIMIT $1""",
        payments_max,
    )
    return [row["payment_id"] for row in rows]


async def ask_later(connection: Connection, payment_id: UUID, seconds: float) -> None:
    """Ask the provider of a payment that is still open again in *seconds*."""
    await connection.execute(
        """-- sales.ask_later
        UPDATE sales.payment_references SET ask_at = (SELECT sales.clock()) + make_interval(secs => $2)
         WHERE payment_id = $1 AND ask_at IS NOT NULL""",
        payment_id,
        seconds,
    )


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money to give back."""

    id: UUID
    order_id: UUID
    payment_id: UUID
    provider: str
    amount: int
    created_at: datetime


async def refunds_due(connection: Connection, refunds_max: int) -> list[RefundRow]:
    """Refunds whose provider is due to be told, oldest first."""
    rows = await connection.fetch(
        """-- sales.refunds_due
        SELECT id, order_id, payment_id, provider, amount, created_at FROM sales.refunds
         WHERE status = 'due' AND ask_at <= (SELECT sales.clock()) ORDER BY ask_at LIMIT $1""",
        refunds_max,
    )
    return [RefundRow(**dict(row)) for row in rows]


async def refund_made(connection: Connection, refund: RefundRow) -> None:
    """See sales.refund_made_v1."""
    await connection.execute(
        """-- sales.refund_made
        SELECT sales.refund_made_v1($1, $2)""",
        refund.order_id,
        refund.id,
    )


async def refund_later(connection: Connection, refund: RefundRow, seconds: float) -> None:
    """Tell the provider again in *seconds*."""
    await connection.execute(
        """-- sales.refund_later
        UPDATE sales.refunds SET ask_at = (SELECT sales.clock()) + make_interval(secs => $3)
         WHERE order_id = $1 AND id = $2 AND status = 'due'""",
        refund.order_id,
        refund.id,
        seconds,
    )


async def refund_refused(connection: Connection, refund: RefundRow) -> None:
    """The provider will not give it back: a person must."""
    await connection.execute(
        """-- sales.refund_refused
        UPDATE sales.refunds SET status = 'refused', ask_at = NULL
         WHERE order_id = $1 AND id = $2 AND status = 'due'""",
        refund.order_id,
        refund.id,
    )
