"""Auth's and event's promises in both wirings: what goes in and what comes back survives the way."""

from datetime import timedelta
from typing import Any, cast

import pytest

from biletpro.contracts.auth import (
    AccessChangesSince,
    ApiKeyRef,
    Auth,
    BadCredentials,
    ChangeMe,
    CreateApiKey,
    FindApiKey,
    ListApiKeys,
    ListSessions,
    RefreshReused,
    RefreshSession,
    RegisterUser,
    RevokeSession,
    SignIn,
)
from biletpro.contracts.event import Events
from biletpro.contracts.event.catalogue import BrowseEvents, PublicEventOf
from biletpro.contracts.event.drafts import AddCategory, CreateEvent, EditEvent, EventOf, ListEvents
from biletpro.kernel.clock import utc_now
from biletpro.kernel.errors import NotFound, Stale
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import Nothing, rfc3339
from biletpro.kernel.permissions import ANONYMOUS, FIRM_PERMISSIONS, Caller, Permission, service_caller
from tests.contracts.test_wirings import WIRINGS, offered
from tests.world import USER_PASSWORD, World

SERVICE = service_caller("tests")


@pytest.mark.parametrize("wiring", WIRINGS)
async def test_a_persons_life_through_the_contract(world: World, wiring: str) -> None:
    """Registered, signed in, renewed once, changed, signed out; refusals keep their class."""
    people = cast("Auth", offered(world, "auth", wiring))
    email = f"{new_id().hex}@example.com"
    asked = RegisterUser(email=email, password=USER_PASSWORD, name="Işık Ağaoğlu")
    await people.register(ANONYMOUS, asked)
    with pytest.raises(BadCredentials):
        await people.sign_in(ANONYMOUS, SignIn(email=email, password="another one"))
    pair = await people.sign_in(ANONYMOUS, SignIn(email=email, password=USER_PASSWORD))
    renewed = await people.refresh(ANONYMOUS, RefreshSession(refresh_token=pair.refresh_token))
    session = (await people.sessions(caller_of(pair), ListSessions())).items[0]
    caller = caller_of(pair).model_copy(update={"session_id": session.id})
    me = await people.me(caller, Nothing())
    patch = ChangeMe.model_validate({"version": me.version, "patch": {"name": "Işık Ağa"}})
    changed = await people.change_me(caller, patch)
    with pytest.raises(Stale):
        await people.change_me(caller, patch)
    with pytest.raises(RefreshReused):
        await people.refresh(ANONYMOUS, RefreshSession(refresh_token=pair.refresh_token))
    with pytest.raises(NotFound):
        await people.revoke_session(caller, RevokeSession(session_id=new_id()))

    assert ("Işık Ağaoğlu", "Işık Ağa") == (renewed.user.name, changed.name)


def caller_of(pair: Any) -> Caller:
    return Caller(kind="user", id=pair.user.id, session_id=new_id())


@pytest.mark.parametrize("wiring", WIRINGS)
async def test_a_firms_key_through_the_contract(world: World, wiring: str) -> None:
    """Made, found by every process's guard, listed, revoked; the revocation is an access change."""
    people = cast("Auth", offered(world, "auth", wiring))
    owner = await world.any_owner()
    caller = Caller(
        kind="user",
        id=owner.tokens["user"]["id"],
        session_id=new_id(),
        organization_id=owner.organization_id,
        permissions=FIRM_PERMISSIONS,
    )
    firm = {"organization_id": owner.organization_id}
    key = {"name": "Kasa", "permissions": [Permission.EVENTS_READ]}
    made = await people.create_api_key(caller, CreateApiKey.model_validate({**firm, "key": key}))
    holder = await people.find_api_key(SERVICE, FindApiKey(key=made.key))
    listed = await people.api_keys(caller, ListApiKeys.model_validate(firm))
    before = (await people.access_changes(SERVICE, AccessChangesSince(after=0))).newest
    await people.revoke_api_key(caller, ApiKeyRef.model_validate({**firm, "api_key_id": str(made.id)}))
    after = await people.access_changes(SERVICE, AccessChangesSince(after=before))

    assert [Permission.EVENTS_READ] == list(holder.permissions)
    assert made.id in {item.id for item in listed.items}
    assert made.id in {change.subject for change in after.changes}


@pytest.mark.parametrize("wiring", WIRINGS)
async def test_an_event_through_the_contract(world: World, wiring: str) -> None:
    """Drafted, priced, changed, published, browsed; a stale change is refused with the version that counts."""
    events = cast("Events", offered(world, "event", wiring))
    owner = await world.any_owner()
    caller = Caller(
        kind="user", id=new_id(), organization_id=owner.organization_id, permissions=FIRM_PERMISSIONS
    )
    firm = {"organization_id": owner.organization_id}
    body = {
        "title": f"Güz Şöleni {new_id().hex[-6:]}",
        "venue": {"name": "Çırağan", "city": "İstanbul"},
        "starts_at": rfc3339(utc_now() + timedelta(days=20)),
        "timezone": "Europe/Istanbul",
    }
    event = await events.create_event(caller, CreateEvent.model_validate({**firm, "event": body}))
    this = {**firm, "event_id": event.id}
    category = {
        "name": "Ayakta",
        "kind": "general",
        "price": {"amount": 5_000, "currency": "TRY"},
        "capacity": 9,
    }
    await events.add_category(caller, AddCategory.model_validate({**this, "category": category}))
    current = await events.firm_event(caller, EventOf.model_validate(this))
    edit = EditEvent.model_validate(
        {**this, "version": current.version, "changes": {"description": "Ğüşiöç"}}
    )
    edited = await events.edit_event(caller, edit)
    with pytest.raises(Stale) as refusal:
        await events.edit_event(caller, edit)
    published = await events.publish(caller, EventOf.model_validate(this))
    listed = await events.firm_events(caller, ListEvents.model_validate(firm))
    shown = await events.public_event(ANONYMOUS, PublicEventOf(event=event.slug))
    found = await events.catalogue(ANONYMOUS, BrowseEvents(query=body["title"], city="istanbul"))
    with pytest.raises(NotFound):
        await events.public_event(ANONYMOUS, PublicEventOf(event="yok-boyle-bir-sey"))

    assert ("Ğüşiöç", "published") == (edited.description, published.status)
    assert edited.version == refusal.value.facts["version"]
    assert event.id in {item.id for item in listed.items}
    assert ("Ayakta", 5_000) == (shown.categories[0].name, shown.categories[0].price.amount)
    assert [event.id] == [card.id for card in found.items]
