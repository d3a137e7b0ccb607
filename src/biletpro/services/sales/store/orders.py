"""Reading orders and their families."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from biletpro.adapters.postgres import Connection, Database, Record


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with its lines and tickets as stored; times as PostgreSQL writes them into JSON."""

    id: UUID
    organization_id: UUID
    event_id: UUID
    code: str
    status: Literal["pending", "confirmed", "cancelled", "expired"]
    payment_status: Literal["unpaid", "part_paid", "paid", "overpaid", "refunded", "part_refunded"]
    created_at: str
    expires_at: str | None
    buyer_name: str
    buyer_email: str
    buyer_phone: str | None
    currency: Literal["TRY", "EUR", "USD", "GBP"]
    total: int
    paid: int
    refunded: int
    history: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    tickets: list[dict[str, Any]]


def _row(text: str) -> OrderRow:
    found = json.loads(text)
    for name in ("id", "organization_id", "event_id"):
        found[name] = UUID(found[name])
    return OrderRow(**found)


async def orders_by_code(database: Database, codes: Sequence[str]) -> dict[str, OrderRow]:
    """Those of the codes that exist. See sales.read_orders_v1."""
    texts = await database.call(
        """-- sales.orders_by_code
        SELECT sales.read_orders_v1($1)""",
        list(codes),
    )
    return {row.code: row for row in map(_row, texts)}


async def order_by_id(connection: Connection, order_id: UUID) -> OrderRow | None:
    """The order, or None."""
    text = await connection.fetchval(
        """-- sales.order_by_id
        SELECT sales.order_json_v1(o) FROM sales.orders o WHERE o.id = $1""",
        order_id,
    )
    return None if text is None else _row(text)


async def firms_order(connection: Connection, code: str) -> OrderRow | None:
    """The order, when the tenant of this transaction is its firm."""
    text = await connection.fetchval(
        """-- sales.firms_order
        SELECT sales.order_json_v1(o)
          FROM sales.order_codes c JOIN sales.orders o ON o.id = c.order_id WHERE c.code = $1""",
        code,
    )
    return None if text is None else _row(text)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a firm looks for; None does not restrict. `before` is the last id of the page before."""

    query: str | None
    event_id: UUID | None
    status: str | None
    payment_status: str | None
    before: UUID | None


async def firm_orders(
    connection: Connection, organization_id: UUID, wanted: OrderFilter, limit: int
) -> list[Record]:
    """A page of a firm's orders, newest first. *query* is a code, or the beginning of an e-mail or a name."""
    return await connection.fetch(
        """-- sales.firm_orders
        SELECT o.id, o.code, o.event_id, o.payment_status, o.created_at, o.buyer_name, o.buyer_email,
               o.buyer_phone, o.places, o.total, o.currency,
               CASE WHEN o.status = 'pending' AND o.expires_at <= sales.clock() THEN 'expired' ELSE o.status END
                   AS status
          FROM sales.orders o
         WHERE o.organization_id = $1
           AND ($2::uuid IS NULL OR o.event_id = $2)
           AND ($3::text IS NULL OR o.status = $3)
           AND ($4::text IS NULL OR o.payment_status = $4)
           AND ($5::uuid IS NULL OR o.id < $5)
           AND ($6::text IS NULL OR o.code = upper($6) OR starts_with(o.buyer_email, lower($6))
                OR starts_with(lower(o.buyer_name), lower($6)))
         ORDER BY o.id DESC LIMIT $7""",
        organization_id,
        wanted.event_id,
        wanted.status,
        wanted.payment_status,
        wanted.before,
        wanted.query,
        limit,
    )
