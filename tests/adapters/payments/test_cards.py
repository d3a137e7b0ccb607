"""Every card plays its script, at a bank in the same process and at one across the network."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from biletpro.adapters.payments import cards
from biletpro.adapters.payments.provider import Card, Charge, IdReused, ProviderAway
from biletpro.kernel.ids import new_id
from tests.adapters.payments.serving import CHARGE_TIMEOUT_S, Shop, World, card, charge, world


@pytest.fixture(params=["local", "remote"], scope="module")
async def place(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with world(shop=Shop(), remote=request.param == "remote") as made:
        yield made


async def test_the_good_card_succeeds_at_once(place: World) -> None:
    """No person is asked, and the reference is the same when asked again."""
    asked = charge(cards.SUCCEEDS)

    result = await place.provider.charge(asked)

    assert ("succeeded", None, None) == (result.status, result.redirect_url, result.reason)
    assert result == await place.provider.query(asked.payment_id)


@pytest.mark.parametrize(
    ("reason", "given"),
    [
        ("card_declined", card(cards.DECLINED)),
        ("insufficient_funds", card(cards.INSUFFICIENT_FUNDS)),
        ("card_unknown", card("4111111111111111")),
        ("invalid_card", card(cards.SUCCEEDS, expiry="01/20")),
        ("invalid_card", card(cards.SUCCEEDS, expiry="13/39")),
        ("invalid_card", card(cards.SUCCEEDS, cvc="12")),
        ("invalid_card", card("4242")),
        ("invalid_card", card("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢")),
        ("invalid_card", None),
    ],
)
async def test_a_refused_card_says_why(place: World, reason: str, given: Card | None) -> None:
    """The reason is stable, and the bank remembers that it refused."""
    asked = Charge(new_id(), "BP-7ZK2M4QA", 100, "TRY", given, "http://shop/callback")

    result = await place.provider.charge(asked)

    assert ("refused", reason) == (result.status, result.reason)
    assert result == await place.provider.query(asked.payment_id)


async def test_a_card_number_may_be_written_in_groups(place: World) -> None:
    """People copy it from the card."""
    assert "succeeded" == (await place.provider.charge(charge("4242 4242 4242 4242"))).status


async def test_the_time_out_card_has_been_charged(place: World) -> None:
    """The caller learns nothing in time; asking later tells that the money is taken, and so does a repeat."""
    asked = charge(cards.TIMES_OUT)

    with pytest.raises(ProviderAway):
        async with asyncio.timeout(CHARGE_TIMEOUT_S * 1.9):
            await place.provider.charge(asked)

    assert "succeeded" == (await place.provider.query(asked.payment_id)).status
    assert "succeeded" == (await place.provider.charge(asked)).status


async def test_the_bank_does_not_know_what_it_never_saw(place: World) -> None:
    """An intent whose call never arrived may be given up."""
    assert "unknown" == (await place.provider.query(new_id())).status


async def test_a_repeated_charge_is_one_charge(place: World) -> None:
    """Twenty at once with one id: one outcome, and no more than its amount can be given back."""
    asked = charge(cards.SUCCEEDS, amount=700)

    results = await asyncio.gather(*(place.provider.charge(asked) for _ in range(20)))

    assert 1 == len(set(results))
    assert "succeeded" == (await place.provider.refund(new_id(), asked.payment_id, 700)).status
    assert "refused" == (await place.provider.refund(new_id(), asked.payment_id, 1)).status


async def test_an_id_cannot_be_charged_with_another_amount(place: World) -> None:
    """That is a bug of the caller, told apart from every outcome."""
    asked = charge(cards.SUCCEEDS, amount=700)
    await place.provider.charge(asked)

    with pytest.raises(IdReused):
        await place.provider.charge(charge(cards.SUCCEEDS, amount=701, payment_id=asked.payment_id))


class TestRefund:
    async def test_a_repeated_refund_is_one_refund(self, place: World) -> None:
        """The same id gets the same answer and moves money once."""
        asked = charge(cards.SUCCEEDS, amount=1_000)
        await place.provider.charge(asked)
        refund_id = new_id()

        results = [await place.provider.refund(refund_id, asked.payment_id, 600) for _ in range(3)]

        assert ["succeeded"] * 3 == [result.status for result in results]
        assert 1 == len(set(results))
        assert "succeeded" == (await place.provider.refund(new_id(), asked.payment_id, 400)).status

    async def test_no_more_goes_back_than_was_charged(self, place: World) -> None:
        """The refund that would pass the charge is refused for good; a smaller one still fits."""
        asked = charge(cards.SUCCEEDS, amount=1_000)
        await place.provider.charge(asked)
        await place.provider.refund(new_id(), asked.payment_id, 600)
        too_much = new_id()

        assert "refused" == (await place.provider.refund(too_much, asked.payment_id, 401)).status
        assert "succeeded" == (await place.provider.refund(new_id(), asked.payment_id, 400)).status
        assert "refused" == (await place.provider.refund(too_much, asked.payment_id, 401)).status

    async def test_money_that_was_never_taken_does_not_go_back(self, place: World) -> None:
        """Unknown, refused and undecided charges have none."""
        refused, undecided = charge(cards.DECLINED), charge(cards.THREE_D_SECURE)
        await place.provider.charge(refused)
        await place.provider.charge(undecided)

        for payment_id in (new_id(), refused.payment_id, undecided.payment_id):
            assert "refused" == (await place.provider.refund(new_id(), payment_id, 1)).status

    async def test_a_refund_id_stands_for_one_amount(self, place: World) -> None:
        """Another amount under the same id is a bug of the caller."""
        asked = charge(cards.SUCCEEDS, amount=1_000)
        await place.provider.charge(asked)
        refund_id = new_id()
        await place.provider.refund(refund_id, asked.payment_id, 600)

        with pytest.raises(IdReused):
            await place.provider.refund(refund_id, asked.payment_id, 500)


def test_a_card_never_shows_itself() -> None:
    """Neither alone nor inside a charge: logs, tracebacks and test reports print both."""
    shown = repr(charge(cards.SUCCEEDS)) + str(card(cards.SUCCEEDS))

    assert cards.SUCCEEDS not in shown
    assert "12/39" not in shown
