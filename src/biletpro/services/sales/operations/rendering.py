"""The hot answers as JSON, written once for HTTP and for the contract's messages (docs/decisions/0011).

A hold or an order made as models and dumped costs several times what the rest of its request does. Tests hold these
texts against the contract's models.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from biletpro.kernel.messages import rfc3339

WORDS_REMEMBERED: Final = 4_096
MOMENTS_REMEMBERED: Final = 256
MONEY_FIELDS: Final = ("face", "discount", "fee", "tax", "total")

StoredLine = dict[str, Any]


@lru_cache(WORDS_REMEMBERED)
def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def money(amount: int, currency: str) -> str:
    """kernel.money.Money."""
    return f'{{"amount":{amount},"currency":"{currency}"}}'


@lru_cache(MOMENTS_REMEMBERED)
def moment(postgres_text: str) -> str:
    """A time out of the database's JSON, quoted; a batch shares its times."""
    return f'"{rfc3339(datetime.fromisoformat(postgres_text))}"'


def lines(stored: Iterable[StoredLine], currency: str) -> str:
    """contracts.sales.Line, without the brackets."""
    return ",".join(
        f'{{"category_id":"{line["category_id"]}","category":{_text(line["category"])},'
        f'"place":{"null" if line["place"] is None else json.dumps(line["place"], ensure_ascii=False)},'
        f'"admits":{line["admits"]},'
        + ",".join(f'"{name}":{money(line[name], currency)}' for name in MONEY_FIELDS)
        + "}"
        for line in stored
    )


def hold(
    *,
    hold_id: UUID | str,
    event_id: UUID,
    status: str,
    token: str,
    expires_at: str,
    lines_json: str,
    total: str,
) -> str:
    """contracts.sales.Hold; `expires_at`, `lines_json` and `total` are JSON already."""
    return (
        f'{{"id":"{hold_id}","event_id":"{event_id}","status":"{status}","token":"{token}",'
        f'"expires_at":{expires_at},"lines":[{lines_json}],"total":{total}}}'
    )


def buyer(name: str, email: str, phone: str | None) -> str:
    """contracts.sales.Buyer."""
    return json.dumps({"name": name, "email": email, "phone": phone}, ensure_ascii=False)


def order(
    *,
    order_id: UUID | str,
    code: str,
    secret: str,
    event_id: UUID | str,
    status: str,
    payment_status: str,
    created_at: str,
    expires_at: str,
    buyer_json: str,
    lines_json: str,
    total: str,
    paid: str,
    tickets_json: str,
) -> str:
    """contracts.sales.Order; times, buyer, lines, money and tickets are JSON already."""
    return (
        f'{{"id":"{order_id}","code":"{code}","secret":"{secret}","event_id":"{event_id}","status":"{status}",'
        f'"payment_status":"{payment_status}","created_at":{created_at},"expires_at":{expires_at},'
        f'"buyer":{buyer_json},"lines":[{lines_json}],"total":{total},"paid":{paid},"tickets":[{tickets_json}]}}'
    )


def ticket(stored: dict[str, Any], line: StoredLine, code: str) -> str:
    """contracts.sales.Ticket."""
    place = "null" if line["place"] is None else json.dumps(line["place"], ensure_ascii=False)
    return (
        f'{{"id":"{stored["id"]}","n":{stored["n"]},"code":"{code}","holder":{_text(line["holder"])},'
        f'"category":{_text(line["category"])},"place":{place},"admits":{line["admits"]},'
        f'"status":"{stored["status"]}"}}'
    )


def payment(payment_id: UUID | str, status: str, redirect_url: str | None, reason: str | None) -> str:
    """contracts.sales.Payment."""
    return (
        f'{{"id":"{payment_id}","status":"{status}","redirect_url":{json.dumps(redirect_url)},'
        f'"reason":{json.dumps(reason)}}}'
    )
