"""Reading orders and their families."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from biletpro.adapters.postgres import Connection, Record


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with its lines and tickets as stored."""

    id: UUID
    organization_id: UUID
    event_id: UUID
    code: str
    status: Literal["pending", "confirmed", "cancelled", "expired"]
    payment_status: Literal["unpaid", "part_paid", "paid", "overpaid", "refunded", "part_refunded"]
    created_at: datetime
    expires_at: datetime | None
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


_FAMILY = """o.id, o.organization_id, o.event_id, o.code, o.payment_status, o.created_at, o.expires_at,
       o.buyer_name, o.buyer_email, o.buyer_phone, o.currency, o.total, o.paid, o.refunded, o.history,
       CASE WHEN o.status = 'pending' AND o.expires_at <= sales.clock() THEN 'expired' ELSE o.status END AS status,
       (SELECT json_agg(json_build_object('category_id', l.category_id, 'category', l.category, 'place', l.place,
                   'holder', l.holder, 'admits', l.admits, 'face', l.face, 'discount', l.discount, 'fee', l.fee,
                   'tax', l.tax, 'total', l.total) ORDER BY l.n)
          FROM sales.order_lines l WHERE l.order_id = o.id) AS lines,
       (SELECT json_agg(json_build_object('id', t.id, 'n', t.n, 'serial', t.serial, 'key_number', t.key_number,
                   'status', t.status) ORDER BY t.n)
          FROM sales.tickets t WHERE t.order_id = o.id) AS tickets"""


def _row(row: Record) -> OrderRow:
    found = dict(row)
    found["history"] = json.loads(row["history"])
    found["lines"] = json.loads(row["lines"])
    found["tickets"] = json.loads(row["tickets"]) if row["tickets"] is not None else []
    return OrderRow(**found)


async def orders_by_code(connection: Connection, codes: Sequence[str]) -> dict[str, OrderRow]:
    """Those of the codes that exist."""
    rows = await connection.fetch(
        f"""-- sales.orders_by_code
        SELECT {_FAMILY}
          FROM sales.order_codes c JOIN sales.orders o ON o.id = c.order_id
         WHERE c.code = ANY ($1::text[])""",
        list(codes),
    )
    return {row["code"]: _row(row) for row in rows}


async def order_by_id(connection: Connection, order_id: UUID) -> OrderRow | None:
    """The order, or None."""
    row = await connection.fetchrow(
        f"""-- sales.order_by_id
        SELECT {_FAMILY} FROM sales.orders o WHERE o.id = $1""",
        order_id,
    )
    return None if row is None else _row(row)


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
