"""What the lanes send. Each script is a generator that yields requests and is sent their answers.

Every write carries an Idempotency-Key of its own; an answer that is not the wanted one is counted by its code
and never asked for again.
"""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any, Final

from .lanes import Lane, Script, Tally
from .stage import CARD

OK: Final = 200
CREATED: Final = 201
KEY_HEX: Final = 12

Given = dict[str, Any]
# Makes the script of one lane; what lanes share is bound when the maker is made.
Maker = Callable[[Lane, Tally], Script]


def _keys() -> Iterator[bytes]:
    """UUIDs whose last group counts: one draw of randomness a run, cheap to continue."""
    drawn = os.urandom(8).hex()
    start = f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-8000-"
    n = 0
    while True:
        n += 1
        yield f"{start}{n:0{KEY_HEX}x}".encode()


def _write(method: str, path: str, body: bytes, headers: str = "") -> tuple[bytes, bytes]:
    """A write in two parts, between which its Idempotency-Key goes."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{headers}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
    )
    return head.encode(), b"\r\n\r\n" + body


def _read(path: str, headers: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n".encode()


def hold_body(category_id: str, quantity: int = 1) -> bytes:
    """The body of a hold of counted places."""
    return json.dumps({"items": [{"category_id": category_id, "quantity": quantity}]}).encode()


def holds(given: Given) -> Maker:
    """One place of one category, again and again."""
    before, after = _write(
        "POST", f"/api/v1/events/{given['event_id']}/holds", hold_body(given["category_id"])
    )
    keys = _keys()

    def follow(lane: Lane, tally: Tally) -> Script:
        for key in keys:
            status, body = yield before + key + after
            if status == CREATED:
                tally.act(lane.began)
            else:
                tally.fault(status, body)

    return follow


def seats(given: Given) -> Maker:
    """Each numbered place once, until there are none left."""
    keys = _keys()
    places = iter([(event, place) for event in given["events"] for place in event["places"]])

    def follow(lane: Lane, tally: Tally) -> Script:
        for event, place in places:
            wanted = {"category_id": event["category_id"], "places": [{"id": place}]}
            body = json.dumps({"items": [wanted]}).encode()
            before, after = _write("POST", f"/api/v1/events/{event['event_id']}/holds", body)
            status, answer = yield before + next(keys) + after
            if status == CREATED:
                tally.act(lane.began)
            else:
                tally.fault(status, answer)

    return follow


def purchases(given: Given) -> Maker:
    """Hold, order, pay at once in the sandbox, read the order; it counts when a signed ticket has come."""
    before, after = _write(
        "POST", f"/api/v1/events/{given['event_id']}/holds", hold_body(given["category_id"])
    )
    payment = json.dumps({"provider": "sandbox", "card": CARD}).encode()
    keys = _keys()

    def follow(lane: Lane, tally: Tally) -> Script:
        for key in keys:
            status, body = yield before + key + after
            began = lane.began
            if status != CREATED:
                tally.fault(status, body)
                continue
            hold = json.loads(body)
            order = json.dumps(
                {
                    "hold_id": hold["id"],
                    "buyer": {"name": "Zeynep Kaya", "email": f"{key.decode()}@example.com"},
                }
            ).encode()
            head, tail = _write("POST", "/api/v1/orders", order, f"Hold-Token: {hold['token']}\r\n")
            status, body = yield head + next(keys) + tail
            if status != CREATED:
                tally.fault(status, body)
                continue
            placed = json.loads(body)
            path, owned = f"/api/v1/orders/{placed['code']}", f"Order-Secret: {placed['secret']}\r\n"
            head, tail = _write("POST", f"{path}/payments", payment, owned)
            status, body = yield head + next(keys) + tail
            if status != CREATED or json.loads(body)["status"] != "succeeded":
                tally.fault(status, body)
                continue
            status, body = yield _read(path, owned)
            if status == OK and _has_signed_tickets(body):
                tally.act(began)
            else:
                tally.fault(status, body)

    return follow


def _has_signed_tickets(body: bytes) -> bool:
    tickets = json.loads(body)["tickets"]
    return bool(tickets) and all(ticket["code"] for ticket in tickets)


def reads(given: Given) -> Maker:
    """One public address."""
    request = _read(given["path"])

    def follow(lane: Lane, tally: Tally) -> Script:
        while True:
            status, body = yield request
            if status == OK:
                tally.act(lane.began)
            else:
                tally.fault(status, body)

    return follow


def writes(given: Given) -> Maker:
    """The hold's request to any address that answers 201: what a server that does nothing could take."""
    before, after = _write("POST", given["path"], hold_body("01890000-0000-7000-8000-000000000000"))
    keys = _keys()

    def follow(lane: Lane, tally: Tally) -> Script:
        for key in keys:
            status, body = yield before + key + after
            if status == CREATED:
                tally.act(lane.began)
            else:
                tally.fault(status, body)

    return follow


def desk(given: Given) -> Maker:
    """The calls of a firm at work and of people who look around; each lane edits an event of its own."""
    events = iter(given["event_ids"])
    firm = f"/api/v1/organizations/{given['organization_id']}"
    token = f"Authorization: Bearer {given['token']}\r\n"

    def follow(lane: Lane, tally: Tally) -> Script:
        event = next(events)
        looks = [
            _read(f"/api/v1/events/{event}"),
            _read("/api/v1/events?limit=24"),
            _read(f"{firm}/orders?limit=50", token),
            _read(f"{firm}/events", token),
            _read("/api/v1/auth/me", token),
        ]
        for n in range(1_000_000):
            for look in looks:
                status, body = yield look
                if status == OK:
                    tally.act(lane.began)
                else:
                    tally.fault(status, body)
            status, body = yield _read(f"{firm}/events/{event}", token)
            if status != OK:
                tally.fault(status, body)
                continue
            tally.act(lane.began)
            match = f'{token}If-Match: "{json.loads(body)["version"]}"\r\n'
            change = json.dumps({"description": f"Kapılar bir saat önce açılır. ({n})"}).encode()
            head = (
                f"PATCH {firm}/events/{event} HTTP/1.1\r\nHost: bench\r\n{match}"
                f"Content-Type: application/merge-patch+json\r\nContent-Length: {len(change)}\r\n\r\n"
            )
            status, body = yield head.encode() + change
            if status == OK:
                tally.act(lane.began)
            else:
                tally.fault(status, body)

    return follow


MAKERS: Final[dict[str, Callable[[Given], Maker]]] = {
    "holds": holds,
    "seats": seats,
    "purchases": purchases,
    "reads": reads,
    "writes": writes,
    "desk": desk,
}
