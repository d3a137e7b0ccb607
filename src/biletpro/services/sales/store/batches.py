"""The batched writes: each hands its items as one JSON value to a versioned SQL function and gets one answer an item.

An item is the inside of a JSON object (without its opening brace) so that its number can be put in front.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from biletpro.adapters.postgres import Connection, Database

Items = Sequence[str]
Answers = list[dict[str, Any]]


def _sent(items: Items) -> str:
    return "[" + ",".join(f'{{"n":{n},{item}' for n, item in enumerate(items)) + "]"


def _answered(texts: list[str]) -> Answers:
    return [json.loads(text) for text in texts]


async def place_holds(database: Database, items: Items) -> Answers:
    """See sales.place_holds_v1."""
    return _answered(
        await database.call(
            """-- sales.place_holds
            SELECT sales.place_holds_v1($1::jsonb)""",
            _sent(items),
        )
    )


async def place_orders(database: Database, items: Items) -> Answers:
    """See sales.place_orders_v1."""
    return _answered(
        await database.call(
            """-- sales.place_orders
            SELECT sales.place_orders_v1($1::jsonb)""",
            _sent(items),
        )
    )


async def start_payments(database: Database, items: Items) -> Answers:
    """See sales.start_payments_v1."""
    return _answered(
        await database.call(
            """-- sales.start_payments
            SELECT sales.start_payments_v1($1::jsonb)""",
            _sent(items),
        )
    )


async def settle_payments(database: Database, items: Items) -> Answers:
    """See sales.settle_payments_v1."""
    return _answered(
        await database.call(
            """-- sales.settle_payments
            SELECT sales.settle_payments_v1($1::jsonb)""",
            _sent(items),
        )
    )


async def change_hold(connection: Connection, hold_id: UUID, item: str) -> dict[str, Any]:
    """See sales.change_hold_v1."""
    answer: dict[str, Any] = json.loads(
        await connection.fetchval(
            """-- sales.change_hold
            SELECT sales.change_hold_v1($1, $2::jsonb)""",
            hold_id,
            f'{{"n":0,{item}',
        )
    )
    return answer


async def release_hold(connection: Connection, hold_id: UUID) -> str:
    """See sales.release_hold_v1."""
    state: str = await connection.fetchval(
        """-- sales.release_hold
        SELECT sales.release_hold_v1($1)""",
        hold_id,
    )
    return state


async def cancel_order(
    connection: Connection, order_id: UUID, reason: str, *, unpaid_only: bool
) -> str | None:
    """None when it is done, else the status that forbids it. See sales.cancel_order_v1."""
    status: str | None = await connection.fetchval(
        """-- sales.cancel_order
        SELECT sales.cancel_order_v1($1, $2, $3)""",
        order_id,
        reason,
        unpaid_only,
    )
    return status


async def next_number_block(connection: Connection) -> int:
    """The first of 100 order numbers that are this process's alone (the sequence steps by 100)."""
    first: int = await connection.fetchval(
        """-- sales.next_number_block
        SELECT nextval('sales.order_numbers')"""
    )
    return first
