"""The platform's side: operators list, open, suspend and resume firms; the log keeps what was done."""

import base64
import json
from uuid import UUID, uuid4

import pytest

from biletpro.contracts.organization import EnsureOrganization, MembershipsOf
from biletpro.kernel.errors import Denied
from biletpro.kernel.permissions import Caller
from tests.services.organization.house import SERVICE, House, Person

OPERATOR = Person(operator=True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/platform/organizations"),
        ("POST", "/platform/organizations"),
        ("POST", f"/platform/organizations/{uuid4()}/suspend"),
        ("POST", f"/platform/organizations/{uuid4()}/resume"),
    ],
)
async def test_the_platform_is_for_operators(house: House, method: str, path: str) -> None:
    """An owner of a firm is refused there like anybody else."""
    owner = Person()
    await house.firm(owner)
    body = None if method == "GET" else {"name": "X"} if path.endswith("organizations") else {"reason": "X"}

    assert 403 == (await house.call(method, path, owner, json=body)).status_code


class TestList:
    async def test_firms_come_in_turkish_order(self, house: House) -> None:
        """Page after page, each firm once, by the Turkish alphabet."""
        mark = uuid4().hex
        names = [f"{word} {mark}" for word in ("Cam", "Çay", "Ihlamur", "İçki", "Oda", "Öğle", "Su", "Şeker")]
        for name in reversed(names):
            await house.firm(Person(), name=name)
        seen: list[str] = []
        after = ""
        while True:
            page = (
                await house.call("GET", f"/platform/organizations?query={mark}&limit=3{after}", OPERATOR)
            ).json()
            seen += [item["name"] for item in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"

        assert names == seen

    @pytest.mark.parametrize("query", ["ISPARTA gülleri", "ısparta GUL", "isparta", "parta gü"])
    async def test_a_firm_is_found_however_it_is_typed(self, house: House, query: str) -> None:
        """Dotted or dotless, with or without marks, any part of the name."""
        await house.firm(Person(), name="Isparta Gülleri")

        answer = await house.call("GET", "/platform/organizations", OPERATOR, params={"query": query})

        assert "Isparta Gülleri" in {item["name"] for item in answer.json()["items"]}

    async def test_signs_of_a_pattern_are_only_signs(self, house: House) -> None:
        """% and _ find no more than nothing does, and break nothing."""
        answer = await house.call("GET", "/platform/organizations", OPERATOR, params={"query": "%_\\'"})

        assert 200 == answer.status_code

    @pytest.mark.parametrize(
        "value",
        ["x", ["a"], ["a", "b"], ["a\u0000", uuid4().hex], ["\ud800", uuid4().hex], [["a"], uuid4().hex]],
    )
    async def test_a_foreign_cursor_is_refused(self, house: House, value: object) -> None:
        """422 names `after`, also for what looks like one of ours."""
        after = base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        answer = await house.call("GET", f"/platform/organizations?after={after}", OPERATOR)

        assert (422, "after") == (answer.status_code, answer.json()["field"])


class TestOpening:
    async def test_a_firm_is_opened_for_somebody(self, house: House) -> None:
        """The token that the operator passes on makes its bearer the owner; the operator is no member."""
        body = {"name": "Yeni Kulüp", "owner_email": "sahip@example.com", "owner_name": "Sahip"}
        operator = Person(operator=True)

        opened = (await house.call("POST", "/platform/organizations", operator, json=body)).json()
        owner = Person()
        joined = await house.call("POST", f"/invitations/{opened['invitation_token']}/accept", owner)

        assert ("owner", opened["id"]) == (joined.json()["role"], joined.json()["organization_id"])
        assert [] == (await house.offers.memberships(SERVICE, MembershipsOf(user_id=operator.id))).items

    async def test_without_an_address_it_is_the_operators(self, house: House) -> None:
        """A firm is never without an owner or somebody invited to be it."""
        operator = Person(operator=True)

        opened = await house.call("POST", "/platform/organizations", operator, json={"name": "Bizim"})

        assert (201, None) == (opened.status_code, opened.json()["invitation_token"])
        found = await house.offers.memberships(SERVICE, MembershipsOf(user_id=operator.id))
        assert ["owner"] == [item.role for item in found.items]


class TestStanding:
    async def test_a_suspended_firm_is_told_of_and_resumed(self, house: House) -> None:
        """The reason stands in the firm, its members see it, the feed tells of both."""
        owner = Person()
        firm = await house.firm(owner)
        path = f"/platform/organizations/{firm['id']}"

        suspended = await house.call("POST", f"{path}/suspend", OPERATOR, json={"reason": "fatura"})
        membership = (await house.offers.memberships(SERVICE, MembershipsOf(user_id=owner.id))).items[0]
        twice = await house.call("POST", f"{path}/suspend", OPERATOR, json={"reason": "fatura"})
        resumed = await house.call("POST", f"{path}/resume", OPERATOR, json={"reason": "ödendi"})
        again = await house.call("POST", f"{path}/resume", OPERATOR, json={"reason": "ödendi"})

        assert (True, "fatura") == (suspended.json()["suspended"], suspended.json()["suspended_reason"])
        assert membership.suspended
        assert (409, "already_suspended") == (twice.status_code, twice.json()["code"])
        assert (False, None) == (resumed.json()["suspended"], resumed.json()["suspended_reason"])
        assert (409, "not_suspended") == (again.status_code, again.json()["code"])
        told = [event.type for event in await house.events() if str(event.organization_id) == firm["id"]]
        assert ["OrganizationCreated", "OrganizationSuspended", "OrganizationResumed"] == told

    async def test_a_suspension_has_a_reason(self, house: House) -> None:
        """422 without one; 404 for a firm that never was."""
        firm = await house.firm(Person())

        empty = await house.call(
            "POST", f"/platform/organizations/{firm['id']}/suspend", OPERATOR, json={"reason": " "}
        )
        unknown = await house.call(
            "POST", f"/platform/organizations/{uuid4()}/suspend", OPERATOR, json={"reason": "X"}
        )

        assert (422, "reason") == (empty.status_code, empty.json()["field"])
        assert 404 == unknown.status_code


class TestAuditLog:
    async def test_every_write_leaves_an_entry(self, house: House) -> None:
        """Newest first, with who did it; what was refused left nothing."""
        owner = Person()
        firm = await house.firm(owner)
        path = f"/organizations/{firm['id']}"
        await house.call("PATCH", path, owner, json={"name": "A"}, headers={"If-Match": '"1"'})
        await house.call("PATCH", path, owner, json={"name": "B"}, headers={"If-Match": '"1"'})
        member = await house.joined(owner, "viewer")
        await house.call("DELETE", f"{path}/members/{member.member_id}", owner)
        await house.call("POST", f"/platform{path}/suspend", OPERATOR, json={"reason": "X"})

        items = (await house.call("GET", f"{path}/audit-log", owner)).json()["items"]

        assert [
            ("organization.suspended", f"user:{OPERATOR.id}"),
            ("member.removed", f"user:{owner.id}"),
            ("member.joined", f"user:{member.id}"),
            ("member.invited", f"user:{owner.id}"),
            ("organization.changed", f"user:{owner.id}"),
            ("organization.created", f"user:{owner.id}"),
        ] == [(item["action"], item["actor"]) for item in items]
        assert {"fields": ["name"]} == items[4]["facts"]

    async def test_reading_it_is_a_right(self, house: House) -> None:
        """403 for a viewer, 404 for a stranger."""
        owner = Person()
        firm = await house.firm(owner)
        viewer = await house.joined(owner, "viewer")

        for person, status in ((viewer, 403), (Person(), 404)):
            answer = await house.call("GET", f"/organizations/{firm['id']}/audit-log", person)
            assert status == answer.status_code

    async def test_a_firm_sees_its_own_entries_only(self, house: House) -> None:
        """Row-level security: a tenant's transaction has nothing of another firm, whatever it asks for."""
        firm, other = await house.firm(Person()), await house.firm(Person())

        async with house.database.tenant(UUID(firm["id"])) as connection:
            for table in ("audit_entries", "members"):
                found = await connection.fetch(f"SELECT DISTINCT organization_id FROM organization.{table}")
                assert [UUID(firm["id"])] == [row["organization_id"] for row in found]
            assert [UUID(firm["id"])] == [
                row["id"] for row in await connection.fetch("SELECT id FROM organization.organizations")
            ]
        assert firm["id"] != other["id"]


class TestServices:
    async def test_the_seed_may_be_sown_again(self, house: House) -> None:
        """The same name is the same firm."""
        request = EnsureOrganization(name=f"Tohum {uuid4().hex}", owner_user_id=uuid4())

        first = await house.offers.ensure_organization(SERVICE, request)

        assert first == await house.offers.ensure_organization(SERVICE, request)

    async def test_what_is_for_services_is_for_services(self, house: House) -> None:
        """A user asks for his own memberships only, and never for the feed."""
        user = Caller(kind="user", id=uuid4())

        with pytest.raises(Denied):
            await house.offers.memberships(user, MembershipsOf(user_id=uuid4()))
        with pytest.raises(Denied):
            await house.offers.ensure_organization(user, EnsureOrganization(name="X", owner_user_id=uuid4()))
