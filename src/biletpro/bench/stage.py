"""What is on sale while the bench runs, put there through the API as a firm would."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from biletpro.adapters.payments import cards
from biletpro.kernel.clock import utc_now
from biletpro.kernel.messages import rfc3339

from .processes import BenchFault

PASSWORD: Final = "bench-parolası-" + uuid4().hex
CAPACITY: Final = 1_000_000
ROWS_MAX: Final = 200
SEATS_IN_ROW: Final = 100
LAYOUT_TIMEOUT_S: Final = 60.0
CARD: Final = {"number": cards.SUCCEEDS, "expiry": "12/39", "cvc": "123"}
PRICE: Final = {"amount": 125_000, "currency": "TRY"}


@dataclass(frozen=True, slots=True)
class Sale:
    """An event with one category."""

    event_id: str
    category_id: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class Bought:
    """A paid order of one place, and what it is of."""

    event_id: str
    category_id: str
    hold_id: str
    order_id: str


class Stage:
    """A firm, its owner's session, and the events that are made for each stretch of load."""

    def __init__(self, client: httpx.AsyncClient, organization_id: str, token: str) -> None:
        self._client = client
        self.organization_id = organization_id
        self.token = token

    @staticmethod
    async def opened(client: httpx.AsyncClient) -> "Stage":
        """A new firm. Raises BenchFault."""
        email = f"{uuid4().hex}@example.com"
        person = {"email": email, "password": PASSWORD, "name": "Ayşe Yılmaz", "locale": "tr"}
        _wanted(await client.post("/api/v1/auth/users", json=person))
        credentials = {"email": email, "password": PASSWORD}
        first = _wanted(await client.post("/api/v1/auth/sessions", json=credentials))
        headers = {"Authorization": f"Bearer {first['access_token']}"}
        body = {"name": f"Ölçüm Sahne {uuid4().hex[:6]}"}
        firm = _wanted(await client.post("/api/v1/organizations", json=body, headers=headers))
        # The firm's rights are in the next token.
        session = _wanted(await client.post("/api/v1/auth/sessions", json=credentials))
        client.headers["Authorization"] = f"Bearer {session['access_token']}"
        return Stage(client, firm["id"], session["access_token"])

    async def _draft(self, category: dict[str, Any]) -> Sale:
        firm = f"/api/v1/organizations/{self.organization_id}"
        event = {
            "title": f"Ağır Roman Konseri {uuid4().hex[:8]}",
            "venue": {"name": "Harbiye Açıkhava", "city": "İstanbul"},
            "starts_at": rfc3339(utc_now() + timedelta(days=30)),
            "timezone": "Europe/Istanbul",
        }
        event_id = _wanted(await self._client.post(f"{firm}/events", json=event))["id"]
        path = f"{firm}/events/{event_id}/categories"
        made = _wanted(await self._client.post(path, json={"price": PRICE, **category}))
        return Sale(event_id, made["id"], self.organization_id)

    async def _publish(self, sale: Sale) -> None:
        path = f"/api/v1/organizations/{self.organization_id}/events/{sale.event_id}/publish"
        _wanted(await self._client.post(path))

    async def hot_sale(self) -> Sale:
        """One counted category with more places than a run can sell."""
        sale = await self._draft({"name": "Ayakta", "kind": "general", "capacity": CAPACITY})
        await self._publish(sale)
        return sale

    async def bought(self) -> Bought:
        """One place of an event of its own, bought as a buyer would."""
        sale = await self.hot_sale()
        items = [{"category_id": sale.category_id, "quantity": 1}]
        path = f"/api/v1/events/{sale.event_id}/holds"
        hold = _wanted(await self._client.post(path, json={"items": items}))
        headers = {"Hold-Token": hold["token"], "Idempotency-Key": str(uuid4())}
        body = {"hold_id": hold["id"], "buyer": {"name": "Zeynep Kaya", "email": "zeynep@example.com"}}
        order = _wanted(await self._client.post("/api/v1/orders", json=body, headers=headers))
        headers = {"Order-Secret": order["secret"], "Idempotency-Key": str(uuid4())}
        payment = {"provider": "sandbox", "card": CARD}
        path = f"/api/v1/orders/{order['code']}/payments"
        paid = _wanted(await self._client.post(path, json=payment, headers=headers))
        if paid["status"] != "succeeded":
            raise BenchFault(f"the sandbox did not take the payment: {paid}")
        return Bought(sale.event_id, sale.category_id, hold["id"], order["id"])

    async def hall(self, seats: int) -> tuple[Sale, list[str]]:
        """A published event with about that many numbered seats, and the seats' ids."""
        sale = await self._draft({"name": "Numaralı", "kind": "seats"})
        path = f"/api/v1/organizations/{self.organization_id}/events/{sale.event_id}/layout"
        drawing = _drawing(sale.category_id, seats)
        stored = _wanted(await self._client.put(path, json=drawing, timeout=LAYOUT_TIMEOUT_S))
        await self._publish(sale)
        ids = [
            seat["id"] for section in stored["sections"] for row in section["rows"] for seat in row["seats"]
        ]
        return sale, ids


def _drawing(category_id: str, seats: int) -> dict[str, Any]:
    rows = math.ceil(seats / SEATS_IN_ROW)
    assert rows <= ROWS_MAX, "more seats than a layout may have"
    return {
        "sections": [
            {
                "key": "salon",
                "name": "Salon",
                "rows": [
                    {
                        "key": f"r{row}",
                        "label": str(row + 1),
                        "seats": [
                            {
                                "key": f"r{row}s{seat}",
                                "label": str(seat + 1),
                                "category_id": category_id,
                                "x": seat,
                                "y": row,
                            }
                            for seat in range(SEATS_IN_ROW)
                        ],
                    }
                    for row in range(rows)
                ],
            }
        ]
    }


def _wanted(answer: httpx.Response) -> Any:
    if answer.is_error:
        request = answer.request
        raise BenchFault(
            f"{request.method} {request.url.path} was answered {answer.status_code}: {answer.text}"
        )
    return answer.json()
