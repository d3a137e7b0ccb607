"""The contract kept from another process: the same answers and the same refusals as from within."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from biletpro.adapters import rpc
from biletpro.adapters.environment import Secret
from biletpro.contracts.organization import (
    AlreadySuspended,
    ChangeOrganization,
    MembershipsOf,
    OrganizationPatch,
    OrganizationRef,
    Organizations,
    SuspendOrganization,
)
from biletpro.contracts.patches import IfMatchRequired
from biletpro.kernel.errors import NotFound, Stale
from biletpro.kernel.events import FeedRequest
from biletpro.kernel.permissions import FIRM_PERMISSIONS, Caller, Permission
from tests.services.organization.house import SERVICE, House, Person

SECRET = Secret("a secret of the tests, long enough")


@pytest.fixture(params=["local", "remote"])
def offered(request: pytest.FixtureRequest, house: House) -> Organizations:
    """The service itself, or a client of it over real HTTP messages."""
    if request.param == "local":
        return house.offers
    exposed = rpc.expose(Organizations, house.offers, SECRET, "organization")
    client = httpx.AsyncClient(transport=httpx.ASGITransport(exposed), base_url="http://organization")
    return rpc.connect(Organizations, client, SECRET, "organization")


@pytest.fixture
async def firm(house: House) -> dict[str, Any]:
    """A firm with all particulars."""
    return await house.firm(Person(), legal_name="Ünvan A.Ş.", tax_office="Konak")


def owner_of(firm: dict[str, Any]) -> Caller:
    return Caller(
        kind="user", id=uuid4(), organization_id=UUID(firm["id"]), permissions=frozenset(FIRM_PERMISSIONS)
    )


async def test_a_patch_crosses_as_it_was_given(offered: Organizations, firm: dict[str, Any]) -> None:
    """What was left out stays; null empties: neither becomes the other on the way."""
    patch = OrganizationPatch(tax_office=None)

    changed = await offered.change(
        owner_of(firm), ChangeOrganization(organization_id=UUID(firm["id"]), version=1, patch=patch)
    )

    assert ("Çınar Sahne", "Ünvan A.Ş.", None) == (changed.name, changed.legal_name, changed.tax_office)


async def test_refusals_stay_what_they_are(offered: Organizations, firm: dict[str, Any]) -> None:
    """Their classes cross the border, with their facts."""
    firm_id = UUID(firm["id"])
    operator = Caller(kind="user", id=uuid4(), permissions=frozenset({Permission.PLATFORM}))
    suspension = SuspendOrganization(organization_id=firm_id, reason="X")
    await offered.suspend(operator, suspension)

    with pytest.raises(AlreadySuspended):
        await offered.suspend(operator, suspension)
    with pytest.raises(NotFound):
        await offered.get(operator, OrganizationRef(organization_id=firm_id))
    with pytest.raises(IfMatchRequired):
        await offered.change(
            owner_of(firm),
            ChangeOrganization(organization_id=firm_id, version=None, patch=OrganizationPatch(name="A")),
        )
    with pytest.raises(Stale) as stale:
        await offered.change(
            owner_of(firm),
            ChangeOrganization(organization_id=firm_id, version=9, patch=OrganizationPatch(name="A")),
        )
    assert {"version": 2} == stale.value.facts


async def test_the_feed_goes_on_where_it_was_left(offered: Organizations, firm: dict[str, Any]) -> None:
    """Reading from the position reached gives what came after, and nothing twice."""
    first = await offered.events(SERVICE, FeedRequest(limit=2_000))
    again = await offered.events(SERVICE, FeedRequest(after=first.reached))

    assert firm["id"] in {str(event.organization_id) for event in first.events}
    assert [] == again.events
    assert first.reached == again.reached


async def test_memberships_name_the_rights(house: House, offered: Organizations) -> None:
    """What auth puts into a token: every firm of the user, in the order of joining."""
    owner = Person()
    for name in ("İlk", "Orta", "Son"):
        await house.firm(owner, name=name)

    found = (await offered.memberships(SERVICE, MembershipsOf(user_id=owner.id))).items

    assert ["İlk", "Orta", "Son"] == [item.name for item in found]
    assert sorted(FIRM_PERMISSIONS) == found[0].permissions
