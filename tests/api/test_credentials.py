"""Who is asked for a credential, and that no other than a living one of the right firm opens anything."""

import os
from datetime import timedelta

import jwt
import pytest

from biletpro.adapters.signing import SigningKeys
from biletpro.adapters.tokens import AccessTokens
from biletpro.kernel.clock import utc_now
from tests.api.operations import Operation
from tests.api.stage import Stage
from tests.world import Person, eventually


@pytest.fixture(scope="module")
async def stranger(stage: Stage) -> Person:
    """The owner of another firm."""
    return await stage.world.owner()


def of_firm(stage: Stage) -> list[Operation]:
    found = [operation for operation in stage.operations if "{org}" in operation.template]
    return [operation for operation in found if "/platform/" not in operation.template]


def forged(stage: Stage) -> dict[str, str | bytes | None]:
    """What is no living access token of ours."""
    good = stage.sale.owner.tokens["access_token"]
    keys = SigningKeys.parse(stage.world.assembly.settings.token_keys)
    caller, _ = AccessTokens(keys, utc_now).read(good)
    head, claims, signature = good.split(".")
    return {
        "missing": None,
        "empty": "",
        "no scheme": good,
        "another scheme": f"Basic {good}",
        "only the scheme": "Bearer",
        "no token": "Bearer x",
        "not ASCII": b"Bearer \xc5\x9f\xff",
        "unknown API key": "Bearer bp_" + "x" * 40,
        "API key of strange letters": b"Bearer bp_\xff\x00",
        "expired": "Bearer " + AccessTokens(keys, lambda: utc_now() - timedelta(hours=1)).issue(caller),
        "foreign": "Bearer " + AccessTokens(SigningKeys({1: os.urandom(32)}), utc_now).issue(caller),
        "key unknown": "Bearer " + AccessTokens(SigningKeys({9: os.urandom(32)}), utc_now).issue(caller),
        "unsigned": "Bearer " + jwt.encode({"sub": str(caller.id)}, "", algorithm="none"),
        "signature cut": f"Bearer {head}.{claims}.",
        "claims changed": f"Bearer {head}.{claims[:-2]}.{signature}",
        "long": "Bearer " + "x" * 20_000,
    }


async def test_what_needs_a_credential_takes_only_a_living_one(stage: Stage) -> None:
    """None, a forged, an expired or a foreign one: 401, told how to do better, and nothing changed."""
    async with stage.unchanged() as findings:
        for operation in stage.operations:
            if operation.needs_sign_in:
                for header in forged(stage).values():
                    response = await stage.call(operation, headers={"Authorization": header})
                    findings.expect(response, {401})
                    assert "Bearer" == response.headers["www-authenticate"]


async def test_only_buyers_and_newcomers_need_no_credential(stage: Stage) -> None:
    """Whatever is a firm's or the platform's says in the document that it needs one."""
    free = [operation.template for operation in stage.operations if not operation.needs_sign_in]
    assert [] == [path for path in free if "{org}" in path or "/platform/" in path]


async def test_another_firms_token_sees_no_firm(stage: Stage, stranger: Person) -> None:
    """Another owner on every path of a firm: 404 or 403, as if it were not there."""
    async with stage.unchanged() as findings:
        for operation in of_firm(stage):
            response = await stage.call(operation, headers=stranger.headers())
            findings.expect(response, {403, 404})


async def test_another_firms_records_are_unknown_under_ones_own(stage: Stage, stranger: Person) -> None:
    """One's own firm in the path, another's event, order, member or key after it: 404."""
    async with stage.unchanged() as findings:
        for operation in of_firm(stage):
            if len(operation.path_names) > 1:
                response = await stage.call(
                    operation, values={"org": stranger.organization_id}, headers=stranger.headers()
                )
                findings.expect(response, {404})


async def test_a_body_cannot_name_another_firms_records(stage: Stage, stranger: Person) -> None:
    """A series of another firm's event, a token for another firm: 404 or 403."""
    headers = stranger.headers()
    own = f"/api/v1/organizations/{stranger.organization_id}"
    series = {
        "title": "Dizi",
        "template_event_id": stage.sale.event_id,
        "starts_at": ["2031-06-01T18:00:00Z"],
    }
    async with stage.unchanged():
        client = stage.world.client
        copied = await client.post(f"{own}/series", json=series, headers=headers)
        assert 404 == copied.status_code
        switch = {"organization_id": stage.values["org"]}
        switched = await client.post("/api/v1/auth/sessions/switch", json=switch, headers=headers)
        assert switched.status_code in {403, 404}


async def test_a_member_of_no_firm_operates_nothing(stage: Stage) -> None:
    """The platform is for operators: a firm's owner gets 403 everywhere."""
    async with stage.unchanged() as findings:
        for operation in stage.operations:
            if "/platform/" in operation.template:
                response = await stage.call(operation, headers=stage.sale.owner.headers())
                findings.expect(response, {403})


async def test_an_api_key_does_only_what_it_may(stage: Stage) -> None:
    """A key that reads events changes none, and reads nothing else."""
    firm = f"/api/v1/organizations/{stage.values['org']}"
    new = {"name": "Okur", "permissions": ["events:read"]}
    owner = stage.sale.owner.headers()
    made = await stage.world.client.post(f"{firm}/api-keys", json=new, headers=owner)
    headers = {"Authorization": f"Bearer {made.json()['key']}"}
    async with stage.unchanged() as findings:
        assert 200 == (await stage.world.client.get(f"{firm}/events", headers=headers)).status_code
        for operation in of_firm(stage):
            if operation.method != "GET" or "/orders" in operation.template:
                findings.expect(await stage.call(operation, headers=headers), {401, 403})


async def test_a_secret_opens_only_what_it_was_made_for(stage: Stage) -> None:
    """A missing, malformed or foreign Hold-Token or Order-Secret: 404, as for what is not there."""
    counted = stage.known["items"][0]
    other_hold = (await stage.world.hold(stage.sale, counted)).json()
    other_order = await stage.world.bought(stage.sale, counted)
    secrets = {
        "Hold-Token": (other_hold["token"], stage.secrets["Order-Secret"]),
        "Order-Secret": (other_order["secret"], stage.secrets["Hold-Token"]),
    }
    async with stage.unchanged() as findings:
        for operation in stage.operations:
            for name in secrets.keys() & operation.parameters("header").keys():
                good = stage.secrets[name]
                strange = (
                    "",
                    "x",
                    ".",
                    "1.",
                    f"9{good}",
                    good[:-1],
                    good.upper(),
                    "9" * 5_000,
                    b"1.\xff",
                    "²." + "x",
                )
                for secret in (None, *secrets[name], *strange):
                    given = secret.encode("utf-8") if isinstance(secret, str) else secret
                    findings.expect(await stage.call(operation, headers={name: given}), {404})


async def test_a_secret_is_never_taken_from_the_address(stage: Stage) -> None:
    """Secrets travel in headers only."""
    for name in ("Hold-Token", "Order-Secret", "token", "secret"):
        for operation in stage.operations:
            assert name not in operation.parameters("query"), str(operation)


async def test_a_revoked_session_is_dead_everywhere(stage: Stage) -> None:
    """A token whose session was ended opens nothing."""
    person = await stage.world.person()
    gone = await stage.world.client.delete("/api/v1/auth/sessions/current", headers=person.headers())
    assert 204 == gone.status_code

    async def is_dead() -> bool:
        answer = await stage.world.client.get("/api/v1/auth/me", headers=person.headers())
        return answer.status_code == 401

    await eventually(is_dead, within_s=2.0)
