"""A firm that puts events on, through the public API."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.services.auth.people import API, owner

STARTS_AT: Final = "2031-06-01T18:00:00Z"
LATER: Final = "2031-07-01T18:00:00Z"


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm and its owner, signed in."""

    client: httpx.AsyncClient
    id: str
    headers: dict[str, str]

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request below the firm's own address; header names with `_` for `-`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(
            method, f"{API}/organizations/{self.id}{path}", json=body, headers={**self.headers, **given}
        )

    async def made(self, path: str, body: Any) -> dict[str, Any]:
        """What a POST made; anything but success fails the test."""
        response = await self.call("POST", path, body)
        assert response.is_success, response.text
        found: dict[str, Any] = response.json()
        return found

    async def draft(self, **fields: Any) -> dict[str, Any]:
        return await self.made("/events", event_body(**fields))

    async def on_sale(self, *, capacity: int = 100, **fields: Any) -> dict[str, Any]:
        """A published event with one category of general admission, under `category`."""
        event = await self.draft(**fields)
        category = await self.made(f"/events/{event['id']}/categories", general(capacity=capacity))
        published = await self.made(f"/events/{event['id']}/publish", None)
        return {**published, "category": category}

    async def seated(self, seats: int = 4, tables: int = 2) -> dict[str, Any]:
        """A draft with a row of seats and some tables, its layout under `layout`."""
        event = await self.draft(title="Oturmalı")
        path = f"/events/{event['id']}"
        in_seats = await self.made(
            f"{path}/categories", {"name": "Koltuk", "kind": "seats", "price": lira(500)}
        )
        at_tables = await self.made(
            f"{path}/categories", {"name": "Masa", "kind": "tables", "price": lira(9_000)}
        )
        drawing = drawn(in_seats["id"], at_tables["id"], seats=seats, tables=tables)
        layout = await self.call("PUT", f"{path}/layout", drawing)
        assert layout.is_success, layout.text
        return {
            **event,
            "layout": layout.json(),
            "drawing": drawing,
            "seats": in_seats["id"],
            "tables": at_tables["id"],
        }


async def new_firm(client: httpx.AsyncClient) -> Firm:
    who, organization_id = await owner(client)
    return Firm(client, organization_id, who.headers)


def event_body(**fields: Any) -> dict[str, Any]:
    return {
        "title": f"Konser {uuid4().hex[:8]}",
        "venue": {"name": "Harbiye Açıkhava", "city": "İstanbul"},
        "starts_at": STARTS_AT,
        "timezone": "Europe/Istanbul",
        **fields,
    }


def lira(amount: int) -> dict[str, Any]:
    return {"amount": amount * 100, "currency": "TRY"}


def general(**fields: Any) -> dict[str, Any]:
    return {"name": "Ayakta", "kind": "general", "price": lira(250), "capacity": 100, **fields}


def drawn(seat_category: str, table_category: str, *, seats: int, tables: int) -> dict[str, Any]:
    """A drawing with one row of seats and some tables."""
    row = [
        {"key": f"s{n}", "label": str(n + 1), "category_id": seat_category, "x": n, "y": 0}
        for n in range(seats)
    ]
    return {
        "sections": [{"key": "parter", "name": "Parter", "rows": [{"key": "a", "label": "A", "seats": row}]}],
        "tables": [
            {
                "key": f"t{n}",
                "label": f"M{n + 1}",
                "category_id": table_category,
                "x": n,
                "y": 9.5,
                "guests_min": 8,
                "guests_max": 12,
            }
            for n in range(tables)
        ],
    }


def seats_of(layout: dict[str, Any]) -> list[dict[str, Any]]:
    return [seat for section in layout["sections"] for row in section["rows"] for seat in row["seats"]]


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem document."""
    return response.status_code, response.json()["code"]


def wrong_field(response: httpx.Response) -> tuple[int, str]:
    """Status and named field of a problem document."""
    return response.status_code, response.json()["field"]
