"""What the database says after the load: how durable it was, what was written, what sold twice."""

from dataclasses import dataclass
from typing import Final

from .system import Admin

STATEMENT_TOTALS: Final = ("biletpro_statement_seconds_sum", "biletpro_statement_seconds_count")
DURABILITY: Final = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, slots=True)
class Finding:
    """One question to the database, and whether the answer is the right one."""

    what: str
    found: str
    right: bool


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows there are of what the load writes."""

    holds: int
    orders: int
    payments: int
    keyed_holds: int
    idempotency_records: int
    hold_events: int
    order_events: int
    paid_events: int
    paid_orders: int

    def since(self, before: "Written") -> "Written":
        """What has come since."""
        return Written(
            *(getattr(self, name) - getattr(before, name) for name in Written.__dataclass_fields__)
        )


# Each selects the rows that must not be there.
VIOLATIONS: Final = {
    "categories oversold (held + sold > capacity)": """
        SELECT count(*) FROM sales.stock WHERE held + sold > capacity OR held < 0 OR sold < 0""",
    "categories whose stock differs from their claims": """
        SELECT count(*) FROM sales.stock s LEFT JOIN (
            SELECT category_id, sum(quantity) FILTER (WHERE state = 'live') AS held,
                   sum(quantity) FILTER (WHERE state = 'sold') AS sold
              FROM sales.claims GROUP BY category_id) c ON c.category_id = s.category_id
         WHERE s.held <> coalesce(c.held, 0) OR s.sold <> coalesce(c.sold, 0)""",
    "events with more or fewer valid tickets than places sold": """
        SELECT count(*) FROM (SELECT event_id, sum(sold) AS sold FROM sales.stock GROUP BY event_id) s
          FULL JOIN (SELECT event_id, count(*) AS tickets FROM sales.tickets
                      WHERE status = 'valid' GROUP BY event_id) t ON t.event_id = s.event_id
         WHERE coalesce(s.sold, 0) <> coalesce(t.tickets, 0)""",
    "paid orders without exactly their tickets": """
        SELECT count(*) FROM sales.orders o LEFT JOIN (
            SELECT order_id, count(*) AS tickets FROM sales.tickets GROUP BY order_id) t ON t.order_id = o.id
         WHERE o.status = 'confirmed' AND o.places <> coalesce(t.tickets, 0)""",
    "places with two living claims": """
        SELECT count(*) FROM (
            SELECT place_id FROM sales.claims c, unnest(c.place_ids) AS place_id
             WHERE c.state IN ('live', 'sold') GROUP BY place_id HAVING count(*) > 1) twice""",
    "ledger entries that do not balance": """
        SELECT count(*) FROM (
            SELECT entry_id FROM sales.ledger_lines GROUP BY entry_id HAVING sum(amount) <> 0) unbalanced""",
}


async def durability(admin: Admin) -> list[Finding]:
    """As the live server runs, and whether anybody's sessions run otherwise."""
    findings = []
    for name in DURABILITY:
        value = await admin.fetchval("SELECT current_setting($1)", name)
        findings.append(Finding(name, value, value == "on"))
    overrides = await admin.fetchval(
        """SELECT count(*) FROM pg_db_role_setting, unnest(setconfig) AS line
            WHERE split_part(line, '=', 1) = ANY ($1::text[])""",
        list(DURABILITY),
    )
    findings.append(Finding("roles or databases that set them otherwise", str(overrides), overrides == 0))
    unlogged = await admin.fetchval("SELECT count(*) FROM pg_class WHERE relpersistence = 'u'")
    findings.append(Finding("unlogged tables", str(unlogged), unlogged == 0))
    return findings


async def written(admin: Admin) -> Written:
    """Counted as it stands now."""
    row = await admin.fetchrow(
        """SELECT (SELECT count(*) FROM sales.holds) AS holds,
                  (SELECT count(*) FROM sales.orders) AS orders,
                  (SELECT count(*) FROM sales.payments) AS payments,
                  (SELECT count(idempotency_key) FROM sales.holds) AS keyed_holds,
                  (SELECT count(*) FROM sales.idempotency) AS idempotency_records,
                  (SELECT count(*) FROM sales.outbox WHERE type = 'HoldPlaced') AS hold_events,
                  (SELECT count(*) FROM sales.outbox WHERE type = 'OrderPlaced') AS order_events,
                  (SELECT count(*) FROM sales.outbox WHERE type = 'OrderPaid') AS paid_events,
                  (SELECT count(*) FROM sales.orders WHERE status = 'confirmed') AS paid_orders"""
    )
    assert row is not None
    return Written(**dict(row))


def recorded(news: Written, created: int) -> list[Finding]:
    """*created*: writes that were answered as done. Each must be there, with its record and its event."""
    rows = news.holds + news.orders + news.payments
    records = news.keyed_holds + news.idempotency_records
    events = news.hold_events + news.order_events + news.paid_events
    wanted_events = news.holds + news.orders + news.paid_orders
    return [
        Finding(
            "writes answered as done / found in the database", f"{created:,} / {rows:,}", created == rows
        ),
        Finding("writes / their idempotency records", f"{rows:,} / {records:,}", rows == records),
        Finding(
            "holds, orders, orders paid / their outbox rows",
            f"{wanted_events:,} / {events:,}",
            wanted_events == events,
        ),
    ]


async def violations(admin: Admin) -> list[Finding]:
    """Nothing oversold, nothing lost, nothing twice."""
    findings = []
    for what, statement in VIOLATIONS.items():
        count = await admin.fetchval(statement)
        findings.append(Finding(what, str(count), count == 0))
    return findings


def mean_statement_ms(metrics: str) -> float:
    """Of all statements since the program started, by its own Prometheus text."""
    taken = dict.fromkeys(STATEMENT_TOTALS, 0.0)
    for line in metrics.splitlines():
        name, _, rest = line.partition("{")
        if name in taken:
            taken[name] += float(rest.rpartition(" ")[2])
    seconds, count = taken.values()
    return 1_000 * seconds / count if count else 0.0
