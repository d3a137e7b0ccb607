"""A key that comes again with another body is a mistake of the client's: refused, and nothing done."""

from typing import Any, Final

from biletpro.kernel.ids import new_id
from tests.api.operations import Operation
from tests.api.stage import Stage
from tests.world import USER_PASSWORD

# Done last: places are gone, the event is, or the firm may not sell afterwards.
ENDINGS: Final = ("/layout", "/postpone", "/events/{event}/cancel", "/suspend", "/resume")
# Why a second body is not told from the first.
NOT_KEPT: Final = {
    "POST /api/v1/auth/sessions": "a session is not kept where it could be read again",
    "POST /api/v1/auth/sessions/refresh": "a refresh token works once by itself",
    "POST /api/v1/auth/sessions/switch": "as a sign-in",
    "POST /api/v1/auth/password": "the second time the old password is wrong",
    "POST /api/v1/holds/{hold}/quote": "changes nothing",
    "PATCH /api/v1/holds/{hold}": "asks for a state, which is the same however often it is asked for",
    "POST /api/v1/organizations/{org}/orders/{code}/cancel": "a second time changes nothing",
}
ANOTHER: Final[dict[str, Any]] = {
    "name": "Başka Bir Ad",
    "title": "Başka Bir Başlık",
    "reason": "Başka bir neden",
    "starts_at": "2032-06-01T18:00:00Z",
    "background": "https://example.com/other.png",
    "return_url": "https://example.com/other",
    "consents": [{"kind": "privacy", "version": "2"}],
}


def another(stage: Stage, operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
    """A good body too, but for one field."""
    assert operation.body is not None
    if "items" in body:
        return {"items": [{**stage.known["items"][0], "quantity": 1}]}
    fields = operation.resolved(operation.body)["properties"]
    name = next(name for name in ANOTHER if name in fields)
    value = ANOTHER[name]
    return {**body, name: [value] if fields[name].get("type") == "array" and name == "starts_at" else value}


def repeatable(stage: Stage) -> list[Operation]:
    found = [
        operation
        for operation in stage.operations
        if operation.body is not None and str(operation) not in NOT_KEPT
    ]
    return sorted(found, key=lambda operation: rank(operation.template))


def rank(template: str) -> int:
    """Where among the endings an operation comes; 0 for the others."""
    return next((n for n, ending in enumerate(ENDINGS, start=1) if template.endswith(ending)), 0)


async def test_a_key_comes_back_with_its_own_body_only(stage: Stage) -> None:
    """Every write with a body: done once, answered the same again, refused with another body."""
    stage.known |= {"email": "baska@example.com", "password": USER_PASSWORD, "capacity": 600}
    stage.known |= {"permissions": ["events:read"], "role": "viewer"}
    wrong: list[str] = []
    reused: list[tuple[Operation, dict[str, str], dict[str, str], dict[str, Any]]] = []
    for operation in repeatable(stage):
        if "Order-Secret" in operation.parameters("header"):
            await unpaid(stage)
        body = operation.sample(stage.known, whole=False)
        if operation.template.endswith("/categories"):
            body["capacity"] = 600
        headers = {**stage.headers(operation), **await version(stage, operation)}
        headers["Idempotency-Key"] = str(new_id())
        first = await stage.call(operation, json=body, headers=headers)
        again = await stage.call(operation, json=body, headers=headers)
        if not first.is_success:
            wrong.append(f"{operation} {body}: {first.status_code} {first.text}")
        elif (first.status_code, first.json()) != (again.status_code, again.json()):
            wrong.append(f"{operation} again: {again.status_code} {again.text[:300]} was {first.text[:300]}")
        else:
            reused.append((operation, dict(stage.values), headers, another(stage, operation, body)))
    async with stage.unchanged() as findings:
        for operation, values, headers, body in reused:
            other = await stage.call(operation, values=values, json=body, headers=headers)
            problem = findings.expect(other, {422})
            if problem.get("code", "idempotency_mismatch") != "idempotency_mismatch":
                findings.append(f"{operation} {body}: {problem}")
    assert not wrong, "\n".join(wrong)
    assert len(reused) > 15, "too few writes were tried"


async def unpaid(stage: Stage) -> None:
    """An order that can still be paid takes the paid one's place."""
    hold = (await stage.world.hold(stage.sale, *stage.known["items"])).json()
    order = (await stage.world.order(hold)).json()
    stage.values["code"], stage.secrets["Order-Secret"] = order["code"], order["secret"]


async def version(stage: Stage, operation: Operation) -> dict[str, str]:
    """The ETag of what the operation changes, where it changes one."""
    if "If-Match" not in operation.parameters("header"):
        return {}
    path, headers = operation.path(stage.values), stage.sale.owner.headers()
    answer = await stage.world.client.get(path, headers=headers)
    if answer.status_code == 405:
        lists = await stage.world.client.get(path.rpartition("/")[0], headers=headers)
        found = {item["id"]: item["version"] for item in lists.json()["items"]}
        return {"If-Match": f'"{found[path.rpartition("/")[2]]}"'}
    return {"If-Match": answer.headers["etag"]}
