"""Firms: opened by anybody signed in, read by their members, changed by those who may."""

from uuid import uuid4

import pytest

from biletpro.embedded.servers import EmbeddedUrls
from biletpro.services.organization.service import Settings
from tests.services.organization.house import House, Person, opened_house


class TestOpening:
    async def test_who_opens_a_firm_owns_it(self, house: House) -> None:
        """The new firm has a slug that reads like its name, and its opener every permission of a firm."""
        owner = Person()

        firm = await house.firm(
            owner, name="Işık Sahne Ödemiş", legal_name="Işık Ltd. Şti.", tax_id="4540536920"
        )

        assert firm["slug"].startswith("isik-sahne-odemis")
        assert "TRY" == firm["currency"]
        assert "Işık Ltd. Şti." == firm["legal_name"]
        assert firm["suspended"] is False
        answer = await house.call("GET", f"/organizations/{firm['id']}/members", owner)
        assert [("owner", str(owner.id))] == [
            (item["role"], item["user_id"]) for item in answer.json()["items"]
        ]

    async def test_two_firms_of_one_name_have_two_addresses(self, house: House) -> None:
        """The slug is unique on the platform; a later firm's gets a suffix."""
        slugs = [(await house.firm(Person(), name="Aynı Ad"))["slug"] for _ in range(12)]

        assert ["ayni-ad", "ayni-ad-2"] == slugs[:2]
        assert 12 == len(set(slugs))

    async def test_a_name_in_another_alphabet_has_an_address_too(self, house: House) -> None:
        """Where no Latin letter is left of the name the address is made of the id."""
        firm = await house.firm(Person(), name="東京")

        assert firm["slug"].startswith("firma-")

    async def test_nobody_opens_a_firm_unsigned(self, house: House) -> None:
        """401 without a credential."""
        assert 401 == (await house.call("POST", "/organizations", json={"name": "X"})).status_code

    @pytest.mark.parametrize(
        "tax_id", ["4540536921", "17291716061", "00000000000", "123456789", "abcdefghij"]
    )
    async def test_a_wrong_tax_number_is_refused(self, house: House, tax_id: str) -> None:
        """VKN and TCKN carry check digits; a typing error is found at once and the field is named."""
        body = {"name": "Yanlış", "tax_id": tax_id}

        answer = await house.call("POST", "/organizations", Person(), json=body)

        assert (422, "tax_id") == (answer.status_code, answer.json()["field"])

    @pytest.mark.parametrize(
        ("field", "body"),
        [
            ("name", {}),
            ("name", {"name": ""}),
            ("name", {"name": "nul\u0000"}),
            ("name", {"name": 5}),
            ("currency", {"name": "X", "currency": "XXX"}),
            ("slug", {"name": "X", "slug": "mine"}),
        ],
    )
    async def test_a_wrong_field_is_named(self, house: House, field: str, body: dict[str, object]) -> None:
        """422 with the field, and no firm."""
        person = Person()

        answer = await house.call("POST", "/organizations", person, json=body)

        assert (422, field) == (answer.status_code, answer.json()["field"])

    async def test_the_same_key_opens_one_firm(self, house: House) -> None:
        """A repeat with its Idempotency-Key gets the first answer; another body with it is refused."""
        person = Person()
        headers = {"Idempotency-Key": uuid4().hex}

        first = await house.call("POST", "/organizations", person, json={"name": "Tek"}, headers=headers)
        again = await house.call("POST", "/organizations", person, json={"name": "Tek"}, headers=headers)
        other = await house.call("POST", "/organizations", person, json={"name": "Çift"}, headers=headers)

        assert first.json() == again.json()
        assert 201 == again.status_code
        assert (422, "idempotency_mismatch") == (other.status_code, other.json()["code"])

    async def test_an_installation_may_leave_it_to_operators(self, servers: EmbeddedUrls) -> None:
        """With open creation off only an operator opens firms."""
        async with opened_house(servers.database_url, Settings(open_creation=False)) as house:
            refused = await house.call("POST", "/organizations", Person(), json={"name": "X"})
            opened = await house.call("POST", "/organizations", Person(operator=True), json={"name": "X"})

        assert (403, 201) == (refused.status_code, opened.status_code)


class TestReading:
    async def test_another_firm_is_not_found(self, house: House) -> None:
        """A stranger cannot tell another firm's id from one that never was."""
        firm = await house.firm(Person())
        stranger = Person()
        await house.firm(stranger)

        theirs = await house.call("GET", f"/organizations/{firm['id']}", stranger)
        nobodys = await house.call("GET", f"/organizations/{uuid4()}", stranger)

        assert 404 == theirs.status_code
        assert {**theirs.json(), "trace_id": ""} == {**nobodys.json(), "trace_id": ""}

    async def test_a_malformed_id_is_not_found(self, house: House) -> None:
        """What cannot be an id is an unknown one."""
        assert 404 == (await house.call("GET", "/organizations/none", Person())).status_code


class TestChanging:
    async def test_only_what_is_given_changes(self, house: House) -> None:
        """A merge patch: null empties, absence keeps; the slug stays; the ETag moves on."""
        owner = Person()
        firm = await house.firm(owner, name="Eski", legal_name="Eski A.Ş.", tax_office="Konak")
        path = f"/organizations/{firm['id']}"
        seen = (await house.call("GET", path, owner)).headers["ETag"]

        answer = await house.call(
            "PATCH", path, owner, json={"name": "Yeni", "tax_office": None}, headers={"If-Match": seen}
        )

        changed = answer.json()
        assert ("Yeni", "Eski A.Ş.", None) == (changed["name"], changed["legal_name"], changed["tax_office"])
        assert firm["slug"] == changed["slug"]
        assert seen != answer.headers["ETag"]

    @pytest.mark.parametrize(
        ("code", "headers"),
        [
            ("if_match_required", {}),
            ("stale", {"If-Match": '"99"'}),
            ("stale", {"If-Match": "*"}),
            ("stale", {"If-Match": '"99999999999999999999"'}),
        ],
    )
    async def test_a_change_says_what_it_has_seen(
        self, house: House, code: str, headers: dict[str, str]
    ) -> None:
        """412 without the version that the record has now, and nothing changes."""
        owner = Person()
        path = f"/organizations/{(await house.firm(owner))['id']}"

        answer = await house.call("PATCH", path, owner, json={"name": "Başka"}, headers=headers)

        assert (412, code) == (answer.status_code, answer.json()["code"])
        assert "Çınar Sahne" == (await house.call("GET", path, owner)).json()["name"]

    async def test_a_firm_keeps_a_name(self, house: House) -> None:
        """Null empties a field that may be empty; the name may not."""
        owner = Person()
        path = f"/organizations/{(await house.firm(owner))['id']}"

        answer = await house.call("PATCH", path, owner, json={"name": None}, headers={"If-Match": '"1"'})

        assert (422, "name") == (answer.status_code, answer.json()["field"])

    async def test_a_member_without_the_right_is_refused(self, house: House) -> None:
        """403 for a viewer; a stranger's PATCH is 404 whatever it says it has seen."""
        owner = Person()
        path = f"/organizations/{(await house.firm(owner))['id']}"
        viewer = await house.joined(owner, "viewer")

        refused = await house.call("PATCH", path, viewer, json={"name": "Benim"})
        unknown = await house.call("PATCH", path, Person(), json={"name": "Benim"})

        assert (403, 404) == (refused.status_code, unknown.status_code)

    async def test_news_leaves_with_the_change(self, house: House) -> None:
        """The feed tells of the opening and of the change, in order, and of nothing that was refused."""
        owner = Person()
        firm = await house.firm(owner)
        path = f"/organizations/{firm['id']}"
        await house.call("PATCH", path, owner, json={"name": "İki"}, headers={"If-Match": '"7"'})
        await house.call("PATCH", path, owner, json={"name": "Üç"}, headers={"If-Match": '"1"'})

        told = [
            (e.type, e.payload["name"]) for e in await house.events() if str(e.organization_id) == firm["id"]
        ]

        assert [("OrganizationCreated", "Çınar Sahne"), ("OrganizationChanged", "Üç")] == told
