"""What a card holder does at the bank, and what the shop hears of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest

from biletpro.adapters.environment import Secret
from biletpro.adapters.payments import cards
from biletpro.adapters.payments.provider import Notice, ProviderAway
from biletpro.adapters.payments.remote_bank import RemoteBank
from biletpro.kernel.ids import new_id
from tests.adapters.payments.serving import FIELD, LATE_CALLBACK_S, Shop, World, charge, world

APPROVE = {"decision": "approve"}
DENY = {"decision": "deny"}


@pytest.fixture
async def place() -> AsyncIterator[World]:
    async with world(shop=Shop()) as made:
        yield made


class TestPage:
    async def test_the_page_says_what_is_paid_to_whom(self, place: World) -> None:
        """In Turkish unless the browser prefers another language; amounts as each language writes them."""
        _, page = await place.pending_page(cards.THREE_D_SECURE, amount=123_450)

        turkish = await place.browser.get(page)
        english = await place.browser.get(page, headers={"Accept-Language": "en"})

        assert "1.234,50 TRY" in turkish.text
        assert "1,234.50 TRY" in english.text
        assert "BP-7ZK2M4QA" in turkish.text
        assert "Onayla" in turkish.text
        assert "Approve" in english.text

    async def test_the_page_runs_no_script_of_its_own_and_sets_no_cookie(self, place: World) -> None:
        """The policy allows the bank's own files alone, and both pages keep to it."""
        _, page = await place.pending_page(cards.THREE_D_SECURE)
        answers = [await place.browser.get(page), await place.browser.post(page, data=APPROVE)]

        for answer in answers:
            assert "script-src 'self';" in answer.headers["content-security-policy"]
            assert "set-cookie" not in answer.headers
            assert "no-store" == answer.headers["cache-control"]
            assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", answer.text)
            for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text):
                asset = await place.browser.get(httpx.URL(page).join(address))
                assert 200 == asset.status_code
                assert "immutable" in asset.headers["cache-control"]

    async def test_only_the_address_that_the_bank_gave_opens_the_page(self, place: World) -> None:
        """A guessed token, another payment's token and an undecidable charge are all unknown."""
        _, page = await place.pending_page(cards.THREE_D_SECURE)
        other_id, _ = await place.pending_page(cards.THREE_D_SECURE)
        address = urlsplit(page)
        token = address.path.rsplit("/", 1)[1]
        base = f"{address.scheme}://{address.netloc}/3ds"

        for wrong in (page[:-1], page + "é", f"{base}/{other_id}/{token}", f"{base}/{new_id()}/{token}"):
            assert 404 == (await place.browser.get(wrong)).status_code
            assert 404 == (await place.browser.post(wrong, data=APPROVE)).status_code
        assert "pending" == (await place.provider.query(other_id)).status

    async def test_a_decision_is_one_of_two_words(self, place: World) -> None:
        """Anything else asks again and books nothing."""
        payment_id, page = await place.pending_page(cards.THREE_D_SECURE)

        for body in (b"", b"decision=maybe", b"decision=approve&decision=deny", b"\xff\xfe"):
            assert 422 == (await place.browser.post(page, content=body)).status_code

        assert 413 == (await place.browser.post(page, content=b"x" * 20_000)).status_code
        assert "pending" == (await place.provider.query(payment_id)).status


class TestDecision:
    async def test_an_approved_payment_succeeds_and_the_shop_hears_of_it(self, place: World) -> None:
        """The callback is signed, names the payment, and tells nothing of the outcome."""
        payment_id, page = await place.pending_page(cards.THREE_D_SECURE)

        await place.browser.post(page, data=APPROVE)

        assert await place.shop.is_called(1)
        kind, body, signature = place.shop.heard[0]
        assert Notice(payment_id, from_browser=False) == place.provider.notice(kind, body, signature)
        assert b"succeeded" not in body
        assert "succeeded" == (await place.provider.query(payment_id)).status

    async def test_a_denied_payment_is_refused(self, place: World) -> None:
        """The shop hears of it all the same, and asks."""
        payment_id, page = await place.pending_page(cards.THREE_D_SECURE)

        await place.browser.post(page, data=DENY)

        assert await place.shop.is_called(1)
        result = await place.provider.query(payment_id)
        assert ("refused", "three_d_secure_failed") == (result.status, result.reason)

    async def test_the_first_word_stands(self, place: World) -> None:
        """A second click, even on the other button, changes nothing and calls nobody."""
        payment_id, page = await place.pending_page(cards.THREE_D_SECURE)

        await asyncio.gather(*(place.browser.post(page, data=APPROVE) for _ in range(5)))
        await place.browser.post(page, data=DENY)

        assert await place.shop.is_called(1)
        assert "succeeded" == (await place.provider.query(payment_id)).status

    @pytest.mark.parametrize("decision", [APPROVE, DENY])
    async def test_the_browser_goes_back_with_a_signed_form(
        self, place: World, decision: dict[str, str]
    ) -> None:
        """The form is there after the decision and when the page is opened again."""
        payment_id, page = await place.pending_page(cards.THREE_D_SECURE)
        await place.browser.post(page, data=decision)

        form = await place.browser.get(page)
        assert f'method="post" action="{place.shop.url}"' in form.text
        await place.browser.post(place.shop.url, data=dict(FIELD.findall(form.text)))

        assert await place.shop.is_called(2)
        notices = [place.provider.notice(*heard) for heard in place.shop.heard]
        assert {Notice(payment_id, from_browser=False), Notice(payment_id, from_browser=True)} == set(notices)


class TestCallback:
    async def test_a_callback_may_come_twice(self, place: World) -> None:
        """Both are genuine."""
        payment_id, page = await place.pending_page(cards.CALLBACK_TWICE)

        await place.browser.post(page, data=APPROVE)

        assert await place.shop.is_called(2)
        notices = [place.provider.notice(*heard) for heard in place.shop.heard]
        assert [Notice(payment_id, from_browser=False)] * 2 == notices

    async def test_a_callback_may_come_late(self, place: World) -> None:
        """Neither the bank nor the browser says anything before; the books know at once."""
        payment_id, page = await place.pending_page(cards.CALLBACK_LATE)

        answer = await place.browser.post(page, data=APPROVE)
        await asyncio.sleep(LATE_CALLBACK_S / 2)

        assert [] == place.shop.heard
        assert "<form" not in answer.text
        assert "succeeded" == (await place.provider.query(payment_id)).status
        assert await place.shop.is_called(1)

    async def test_a_callback_may_be_lost(self, place: World) -> None:
        """The money is taken, and only asking tells."""
        payment_id, page = await place.pending_page(cards.CALLBACK_LOST)

        answer = await place.browser.post(page, data=APPROVE)
        await asyncio.sleep(LATE_CALLBACK_S)

        assert 0 == place.shop.tried
        assert "<form" not in answer.text
        assert "succeeded" == (await place.provider.query(payment_id)).status

    @pytest.mark.parametrize(("failures", "heard"), [(2, 1), (3, 0)])
    async def test_a_shop_that_fails_is_called_three_times(self, failures: int, heard: int) -> None:
        """Then the bank gives up."""
        async with world(shop=Shop(failures=failures)) as place:
            _, page = await place.pending_page(cards.THREE_D_SECURE)

            await place.browser.post(page, data=APPROVE)

            assert await place.shop.is_called(3)
            assert heard == len(place.shop.heard)


class TestInterface:
    async def test_strangers_move_no_money(self, place: World) -> None:
        """Without the credential, or with another secret's, every call is 401 and books nothing."""
        asked = charge(cards.SUCCEEDS)
        _, page = await place.pending_page(cards.THREE_D_SECURE)
        bank_url = "{0.scheme}://{0.netloc}".format(urlsplit(page))
        stranger = RemoteBank(bank_url, Secret("another secret, also long enough"))

        with pytest.raises(httpx.HTTPStatusError, match="401"):
            await stranger.charge(asked)
        await stranger.close()

        assert 401 == (await place.browser.get(f"{bank_url}/charges/{asked.payment_id}")).status_code
        assert 401 == (await place.browser.post(f"{bank_url}/refunds", content=b"{}")).status_code
        assert "unknown" == (await place.provider.query(asked.payment_id)).status

    async def test_a_charge_that_cannot_be_read_is_refused_without_quoting_it(self, place: World) -> None:
        """What is wrong is named; the card number is not."""
        body = {"order_code": "BP-7ZK2M4QA", "amount": "5", "card": {"number": cards.SUCCEEDS}}

        answer = await place.remote._client.post("/charges", json=body)

        assert 422 == answer.status_code
        assert cards.SUCCEEDS not in answer.text

    async def test_a_bank_that_cannot_be_reached_is_away(self) -> None:
        """The outcome is unknown, not refused."""
        nobody = RemoteBank("http://127.0.0.1:1", Secret("a secret of the sandbox, made up"))

        with pytest.raises(ProviderAway):
            await nobody.charge(charge(cards.SUCCEEDS))
        with pytest.raises(ProviderAway):
            await nobody.query(new_id())

        await nobody.close()
