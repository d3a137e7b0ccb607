"""A million orders in the database, fast: copies of one order that was really bought, made by the server.

A copy takes every column from the original but for ids, dates, codes and people, so the loader needs not know
what a family's rows hold. Ids carry dates of the last half year, so all months' partitions fill. Foreign keys
and triggers rest while the copies go in; `checks` prove afterwards that everything agrees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .stage import Bought
from .system import Admin

ORDERS: Final = 1_000_000
EVENTS: Final = 5_000
ORDERS_PER_CHUNK: Final = 50_000
DAYS_BACK: Final = 180
# Half of the events are over, half are still to come.
HOURS_BETWEEN_EVENTS: Final = 2

# A symbol that no real code has, so copies never meet one.
CODE: Final = "'BP-U' || lpad(f.n::text, 7, '0')"


@dataclass(frozen=True, slots=True)
class Amount:
    """How much to load; tests load less."""

    orders: int = ORDERS
    events: int = EVENTS
    orders_per_chunk: int = ORDERS_PER_CHUNK


async def load(admin: Admin, bought: Bought, amount: Amount, progress: Callable[[int], None]) -> None:
    """*amount* copies of the order *bought* and of its event, then fresh statistics."""
    assert amount.orders % amount.orders_per_chunk == 0, "whole chunks"
    assert amount.orders % amount.events == 0, "events of the same number of orders"
    await _make_months(admin)
    await admin.execute("SET session_replication_role = replica")
    await _load_events(admin, bought, amount)
    entries = await admin.fetch(
        "SELECT id FROM sales.ledger_entries WHERE order_id = $1 ORDER BY id", bought.order_id
    )
    for first in range(1, amount.orders + 1, amount.orders_per_chunk):
        async with admin.transaction():
            await _make_families(admin, first, amount, len(entries))
            await _copy_families(admin, bought)
            await admin.execute("DROP TABLE family")
        progress(first + amount.orders_per_chunk - 1)
    await admin.execute("DROP TABLE copied_event")
    await admin.execute("SET session_replication_role = origin")
    # A database of this size was vacuumed long ago; it must not begin in the middle of a measurement.
    await admin.execute("VACUUM (ANALYZE)")
    await admin.execute("CHECKPOINT")


async def _make_months(admin: Admin) -> None:
    for months_back in (6, 3):
        await admin.execute(
            """SELECT sales.make_months(
                   (date_trunc('month', now()) - make_interval(months => $1))::date)""",
            months_back,
        )


async def _load_events(admin: Admin, bought: Bought, amount: Amount) -> None:
    await admin.execute(
        f"""CREATE TEMPORARY TABLE copied_event AS
            SELECT n, uuidv7() AS event_id, uuidv7() AS category_id,
                   now() + (n - {amount.events // 2}) * interval '{HOURS_BETWEEN_EVENTS} hours' AS starts_at
              FROM generate_series(1, {amount.events}) AS n"""
    )
    await admin.execute("CREATE INDEX ON copied_event (n)")
    over = "CASE WHEN f.starts_at < now() THEN 'completed' ELSE t.status END"
    await _copy(
        admin, "event.events", "copied_event f", f"t.id = '{bought.event_id}'",
        {
            "id": "f.event_id", "slug": "t.slug || '-' || f.n", "title": "t.title || ' ' || f.n",
            "status": over, "starts_at": "f.starts_at", "over_at": "f.starts_at + interval '12 hours'",
        },
    )  # fmt: skip
    await _copy(
        admin, "event.categories", "copied_event f", f"t.event_id = '{bought.event_id}'",
        {"id": "f.category_id", "event_id": "f.event_id"},
    )  # fmt: skip
    terms = (
        f"replace(replace(t.terms::text, '{bought.event_id}', f.event_id::text),"
        f" '{bought.category_id}', f.category_id::text)::jsonb"
    )
    await _copy(
        admin, "sales.events", "copied_event f", f"t.event_id = '{bought.event_id}'",
        {"event_id": "f.event_id", "status": over, "sale_closes": "f.starts_at", "terms": terms},
    )  # fmt: skip
    await _copy(
        admin, "sales.stock", "copied_event f", f"t.event_id = '{bought.event_id}'",
        {
            "category_id": "f.category_id", "event_id": "f.event_id", "held": "0",
            "sold": str(amount.orders // amount.events),
        },
    )  # fmt: skip


async def _make_families(admin: Admin, first: int, amount: Amount, entries: int) -> None:
    """One row an order to come: its ids, and when it was placed."""
    entry_ids = ", ".join(["uuidv7(n.age)"] * entries)
    await admin.execute(
        f"""CREATE TEMPORARY TABLE family AS
            SELECT n.n, now() + n.age AS placed_at, e.event_id, e.category_id, uuidv7(n.age) AS order_id,
                   uuidv7(n.age) AS hold_id, uuidv7(n.age) AS payment_id, uuidv7(n.age) AS ticket_id,
                   ARRAY[{entry_ids}]::uuid[] AS entry_ids
              FROM (SELECT n, (n::float8 / {amount.orders} - 1) * interval '{DAYS_BACK} days' AS age
                      FROM generate_series({first}, {first + amount.orders_per_chunk - 1}) AS n) n
              JOIN copied_event e ON e.n = n.n % {amount.events} + 1"""
    )


async def _copy_families(admin: Admin, bought: Bought) -> None:
    order = f"t.order_id = '{bought.order_id}'"
    placed = {"order_id": "f.order_id", "created_at": "f.placed_at"}
    who = {"buyer_name": "'Zeynep Kaya ' || f.n", "buyer_email": "'buyer' || f.n || '@example.com'"}
    ids = {"event_id": "f.event_id", "hold_id": "f.hold_id", "category_id": "f.category_id", **placed}
    family = "family f"
    await _copy(
        admin, "sales.holds", family, order, {**ids, "id": "f.hold_id", "idempotency_key": "uuidv7()::text"}
    )
    await _copy(admin, "sales.claims", family, f"t.hold_id = '{bought.hold_id}'", ids)
    await _copy(
        admin,
        "sales.orders",
        family,
        f"t.id = '{bought.order_id}'",
        {**ids, **who, "id": "f.order_id", "code": CODE},
    )
    await _copy(admin, "sales.order_lines", family, order, {**ids, "holder": who["buyer_name"]})
    await _copy(admin, "sales.order_codes", family, order, {**ids, "code": CODE})
    await _copy(admin, "sales.tickets", family, order, {**ids, "id": "f.ticket_id"})
    await _copy(
        admin, "sales.payments", family, order, {**placed, "id": "f.payment_id", "ended_at": "f.placed_at"}
    )
    await _copy(admin, "sales.payment_references", family, order, {**placed, "payment_id": "f.payment_id"})
    # Which of the original's entries a row belongs to decides which of the copy's.
    numbered = (
        f"(SELECT id, row_number() OVER (ORDER BY id) AS nth FROM sales.ledger_entries"
        f" WHERE order_id = '{bought.order_id}') o"
    )
    entry = "f.entry_ids[o.nth]"
    await _copy(
        admin, "sales.ledger_entries", f"{family}, {numbered}", "t.id = o.id", {**placed, "id": entry}
    )
    await _copy(
        admin, "sales.ledger_lines", f"{family}, {numbered}", "t.entry_id = o.id", {"entry_id": entry}
    )


async def _copy(admin: Admin, table: str, sources: str, which: str, changed: Mapping[str, str]) -> None:
    """The rows of *table* that *which* finds, once a row of *sources*; *changed* columns get its values."""
    columns = await admin.fetch(
        """SELECT attname FROM pg_attribute
            WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            ORDER BY attnum""",
        table,
    )
    names = [str(column["attname"]) for column in columns]
    values = [changed.get(name, f't."{name}"') for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    await admin.execute(
        f"INSERT INTO {table} ({listed}) SELECT {', '.join(values)} FROM {table} t, {sources} WHERE {which}"
    )
