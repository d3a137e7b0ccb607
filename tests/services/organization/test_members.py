"""Members: invited, joined, changed, gone; nobody gives what he lacks, and a firm keeps an owner."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from biletpro.contracts.organization import ROLES
from biletpro.kernel.permissions import FIRM_PERMISSIONS
from tests.services.organization.house import House, Person


async def members_of(house: House, person: Person) -> dict[str, dict[str, Any]]:
    answer = await house.call("GET", f"/organizations/{person.organization_id}/members?limit=200", person)
    return {item["user_id"] or item["email"]: item for item in answer.json()["items"]}


async def change(house: House, by: Person, member: dict[str, Any], **patch: Any) -> Any:
    return await house.call(
        "PATCH",
        f"/organizations/{by.organization_id}/members/{member['id']}",
        by,
        json=patch,
        headers={"If-Match": f'"{member["version"]}"'},
    )


async def remove(house: House, by: Person, member: dict[str, Any]) -> Any:
    return await house.call("DELETE", f"/organizations/{by.organization_id}/members/{member['id']}", by)


async def invite(house: House, by: Person, **body: Any) -> Any:
    filled = {"email": f"{uuid4().hex}@example.com", "name": "Ayşe", "role": "viewer", **body}
    return await house.call("POST", f"/organizations/{by.organization_id}/members", by, json=filled)


@pytest.fixture
async def owner(house: House) -> Person:
    """Somebody with a fresh firm."""
    person = Person()
    await house.firm(person)
    return person


class TestInviting:
    @pytest.mark.parametrize("role", sorted(ROLES))
    async def test_an_accepted_invitation_gives_the_role(
        self, house: House, owner: Person, role: str
    ) -> None:
        """The permissions of a member are those of the role, and reach the memberships at once."""
        person = await house.joined(owner, role)

        member = (await members_of(house, owner))[str(person.id)]

        assert ("active", role) == (member["status"], member["role"])
        assert sorted(ROLES[role]) == member["permissions"]
        assert member["invitation_expires_at"] is None

    async def test_an_open_invitation_stands_in_the_list(self, house: House, owner: Person) -> None:
        """With the moment at which it ends, without its token."""
        invited = await invite(house, owner, email="Zeynep@Example.com", scope={"events": [str(uuid4())]})

        item = (await members_of(house, owner))["Zeynep@example.com"]

        assert 201 == invited.status_code
        assert "invited" == item["status"]
        assert invited.json()["scope"] == item["scope"]
        assert item["invitation_expires_at"] > item["created_at"]
        assert "invitation_token" not in item

    async def test_own_permissions_stand_instead_of_the_roles(self, house: House, owner: Person) -> None:
        """The exception is what counts, also when it is less than the role."""
        person = await house.joined(owner, "viewer", permissions=["door:scan", "events:read"])

        member = (await members_of(house, owner))[str(person.id)]

        assert ["door:scan", "events:read"] == member["permissions"] == member["own_permissions"]

    async def test_one_address_one_row(self, house: House, owner: Person) -> None:
        """Case does not make another address; invited and active are told apart."""
        first = await invite(house, owner, email="bir@example.com")
        again = await invite(house, owner, email="BIR@example.com")
        await house.call("POST", f"/invitations/{first.json()['invitation_token']}/accept", Person())
        member = await invite(house, owner, email="Bir@example.com")

        assert (409, "already_invited") == (again.status_code, again.json()["code"])
        assert (409, "already_member") == (member.status_code, member.json()["code"])

    @pytest.mark.parametrize(
        ("field", "body"),
        [
            ("email", {"email": "nobody"}),
            ("role", {"role": "king"}),
            ("permissions", {"permissions": ["platform:operate"]}),
            ("permissions", {"role": "owner", "permissions": ["events:read"]}),
            ("scope.till", {"scope": {"till": "x"}}),
        ],
    )
    async def test_a_wrong_field_is_named(
        self, house: House, owner: Person, field: str, body: dict[str, Any]
    ) -> None:
        """The platform's own permission is no firm's to give, and an owner's rights are whole."""
        answer = await invite(house, owner, **body)

        assert (422, field) == (answer.status_code, answer.json()["field"])


class TestAccepting:
    async def test_a_token_makes_one_member(self, house: House, owner: Person) -> None:
        """Who brings it first joins; his repeat gets the same answer; anybody else finds nothing."""
        token = (await invite(house, owner)).json()["invitation_token"]
        people = [Person() for _ in range(8)]

        answers = await asyncio.gather(
            *(house.call("POST", f"/invitations/{token}/accept", person) for person in people)
        )

        assert [200] + [404] * 7 == sorted(answer.status_code for answer in answers)
        winner = people[[answer.status_code for answer in answers].index(200)]
        repeat = await house.call("POST", f"/invitations/{token}/accept", winner)
        assert (200, "viewer") == (repeat.status_code, repeat.json()["role"])

    async def test_an_unknown_token_is_not_found(self, house: House) -> None:
        """404, also for what cannot be a token."""
        for token in (uuid4().hex, "x" * 500, "%00"):
            assert 404 == (await house.call("POST", f"/invitations/{token}/accept", Person())).status_code

    async def test_a_withdrawn_invitation_is_not_found(self, house: House, owner: Person) -> None:
        """DELETE of an open invitation ends it."""
        invited = (await invite(house, owner)).json()

        assert 204 == (await remove(house, owner, invited)).status_code
        answer = await house.call("POST", f"/invitations/{invited['invitation_token']}/accept", Person())
        assert 404 == answer.status_code

    async def test_seven_days_later_it_is_over(self, house: House, owner: Person) -> None:
        """The bearer is told so; the address can be invited anew."""
        invited = (await invite(house, owner, email="gec@example.com")).json()
        assert owner.organization_id is not None
        async with house.database.tenant(owner.organization_id) as connection:
            await connection.execute(
                "UPDATE organization.members SET invitation_expires_at = now() WHERE email_key = $1",
                "gec@example.com",
            )

        late = await house.call("POST", f"/invitations/{invited['invitation_token']}/accept", Person())

        assert (409, "invitation_expired") == (late.status_code, late.json()["code"])
        assert 201 == (await invite(house, owner, email="gec@example.com")).status_code

    async def test_a_member_does_not_join_twice(self, house: House, owner: Person) -> None:
        """A second invitation does not give a second row to one user."""
        token = (await invite(house, owner)).json()["invitation_token"]

        answer = await house.call("POST", f"/invitations/{token}/accept", owner)

        assert (409, "already_member") == (answer.status_code, answer.json()["code"])


class TestRights:
    async def test_nobody_gives_what_he_lacks(self, house: House, owner: Person) -> None:
        """One who may only manage members and read events makes others of that size and no larger."""
        narrow = await house.joined(owner, "viewer", permissions=["members:manage", "events:read"])

        refused = await invite(house, narrow, role="admin")
        allowed = await invite(house, narrow, role="door", permissions=["events:read"])

        assert (403, "grant_exceeds_own") == (refused.status_code, refused.json()["code"])
        assert 201 == allowed.status_code

    async def test_nobody_takes_what_he_lacks(self, house: House, owner: Person) -> None:
        """Nor does he change or remove a member with more rights than his own."""
        narrow = await house.joined(owner, "viewer", permissions=["members:manage", "events:read"])
        admin = await house.joined(owner, "admin")
        member = (await members_of(house, owner))[str(admin.id)]

        assert 403 == (await change(house, narrow, member, role="viewer")).status_code
        assert 403 == (await remove(house, narrow, member)).status_code
        assert sorted(FIRM_PERMISSIONS) == (await members_of(house, owner))[str(admin.id)]["permissions"]

    async def test_only_owners_make_and_touch_owners(self, house: House, owner: Person) -> None:
        """An admin has every permission and still is no owner."""
        admin = await house.joined(owner, "admin")
        found = await members_of(house, owner)

        assert 403 == (await invite(house, admin, role="owner")).status_code
        assert 403 == (await change(house, admin, found[str(admin.id)], role="owner")).status_code
        assert 403 == (await remove(house, admin, found[str(owner.id)])).status_code
        assert 200 == (await change(house, owner, found[str(admin.id)], role="owner")).status_code

    async def test_managing_members_is_a_right(self, house: House, owner: Person) -> None:
        """Without it the list, too, is closed."""
        viewer = await house.joined(owner, "viewer")

        assert 403 == (await invite(house, viewer)).status_code
        answer = await house.call("GET", f"/organizations/{owner.organization_id}/members", viewer)
        assert (403, "members:manage") == (answer.status_code, answer.json()["permission"])

    async def test_a_change_of_rights_is_told(self, house: House, owner: Person) -> None:
        """MemberChanged for a changed and for a removed member, never for an invitation."""
        person = await house.joined(owner, "viewer")
        await invite(house, owner)
        await change(house, owner, (await members_of(house, owner))[str(person.id)], role="door")
        await remove(house, owner, (await members_of(house, owner))[str(person.id)])

        told = [event for event in await house.events() if event.organization_id == owner.organization_id]

        assert ["OrganizationCreated", "MemberChanged", "MemberChanged"] == [event.type for event in told]
        assert {str(person.id)} == {event.payload["user_id"] for event in told[1:]}

    async def test_a_removed_member_has_no_membership(self, house: House, owner: Person) -> None:
        """His next token has nothing of this firm, which he cannot tell from one that never was."""
        person = await house.joined(owner, "viewer")
        await remove(house, owner, (await members_of(house, owner))[str(person.id)])

        assert 404 == (await house.call("GET", f"/organizations/{owner.organization_id}", person)).status_code


class TestChanging:
    async def test_absence_keeps_and_null_gives_back(self, house: House, owner: Person) -> None:
        """permissions: null returns to the role's own; what is left out stays."""
        person = await house.joined(
            owner, "viewer", permissions=["door:scan"], scope={"gates": [str(uuid4())]}
        )
        member = (await members_of(house, owner))[str(person.id)]

        renamed = (await change(house, owner, member, name="Yeni Ad")).json()
        reset = (await change(house, owner, renamed, permissions=None, scope=None)).json()

        assert ("Yeni Ad", ["door:scan"], member["scope"]) == tuple(
            renamed[key] for key in ("name", "permissions", "scope")
        )
        assert (sorted(ROLES["viewer"]), None) == (reset["permissions"], reset["own_permissions"])
        assert {"events": None, "gates": None, "till": None} == reset["scope"]

    async def test_a_stale_change_is_refused(self, house: House, owner: Person) -> None:
        """Of two who saw the same version one wins."""
        person = await house.joined(owner, "viewer")
        member = (await members_of(house, owner))[str(person.id)]

        answers = await asyncio.gather(*(change(house, owner, member, name=f"Ad {n}") for n in range(5)))

        assert [200, 412, 412, 412, 412] == sorted(answer.status_code for answer in answers)

    async def test_a_role_is_never_empty(self, house: House, owner: Person) -> None:
        """Null is no role."""
        person = await house.joined(owner, "viewer")
        answer = await change(house, owner, (await members_of(house, owner))[str(person.id)], role=None)

        assert (422, "role") == (answer.status_code, answer.json()["field"])

    async def test_a_member_of_another_firm_is_not_found(self, house: House, owner: Person) -> None:
        """A member's id counts only within his firm."""
        other = Person()
        await house.firm(other)
        theirs = (await members_of(house, other))[str(other.id)]

        assert 404 == (await change(house, owner, theirs, name="Benim")).status_code
        assert 404 == (await remove(house, owner, theirs)).status_code
        path = f"/organizations/{owner.organization_id}/members/{theirs['id']}"
        assert 404 == (await house.call("GET", path, owner)).status_code


class TestLastOwner:
    async def test_the_last_owner_stays(self, house: House, owner: Person) -> None:
        """He is neither removed nor demoted, also while another is invited to be one."""
        await invite(house, owner, role="owner")
        me = (await members_of(house, owner))[str(owner.id)]

        removed, demoted = await remove(house, owner, me), await change(house, owner, me, role="admin")

        assert (409, "last_owner") == (removed.status_code, removed.json()["code"])
        assert (409, "last_owner") == (demoted.status_code, demoted.json()["code"])

    async def test_two_owners_do_not_remove_each_other(self, house: House, owner: Person) -> None:
        """However close together they try, one of them remains."""
        for _ in range(5):
            second = await house.joined(owner, "owner")
            found = await members_of(house, owner)

            answers = await asyncio.gather(
                remove(house, owner, found[str(second.id)]), remove(house, second, found[str(owner.id)])
            )

            assert 1 == [answer.status_code for answer in answers].count(204)
            owner = owner if answers[0].status_code == 204 else second


async def test_a_list_goes_on_where_it_stopped(house: House, owner: Person) -> None:
    """Every member stands on exactly one page."""
    for _ in range(4):
        await invite(house, owner)
    path, seen, after = f"/organizations/{owner.organization_id}/members?limit=2", [], ""
    while True:
        page = (await house.call("GET", path + after, owner)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"

    assert 5 == len(seen) == len(set(seen))


@pytest.mark.parametrize("after", ["x", "%00", "🎫", "00000000-0000-0000-0000-000000000000", "A" * 1_001])
async def test_a_foreign_cursor_is_refused(house: House, owner: Person, after: str) -> None:
    """422 names `after`; it is never read as the beginning."""
    for list_ in ("members", "audit-log"):
        answer = await house.call(
            "GET", f"/organizations/{owner.organization_id}/{list_}?after={after}", owner
        )
        assert (422, "after") == (answer.status_code, answer.json()["field"])
