"""A callback counts only when the bank has signed it, and lately."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from biletpro.adapters.environment import Secret
from biletpro.adapters.payments.bank import SandboxBank
from biletpro.adapters.payments.provider import Notice
from biletpro.adapters.payments.sandbox import FORM_TYPE, JSON_TYPE, SandboxProvider
from biletpro.adapters.payments.signatures import SIGNATURE_AGE_MAX_S, Signer, return_message
from biletpro.kernel.errors import Invalid
from biletpro.kernel.ids import new_id
from tests.adapters.payments.serving import SECRET

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PAYMENT_ID = new_id()
BODY = f'{{"payment_id": "{PAYMENT_ID}"}}'.encode()


def provider(now: datetime = NOON) -> SandboxProvider:
    bank = SandboxBank("http://bank", SECRET, journal=None)
    return SandboxProvider(bank, SECRET, clock=lambda: now)


def signed(message: bytes, secret: Secret = SECRET) -> str:
    return Signer(secret, lambda: NOON).sign(message)


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def test_a_signed_notice_is_read() -> None:
    """Servers write `charset` behind the type; it means nothing here."""
    notice = provider().notice(f"{JSON_TYPE}; charset=utf-8", BODY, signed(BODY))

    assert Notice(PAYMENT_ID, from_browser=False) == notice


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "t=,v1=",
        "t=1,v1=é",
        signed(BODY)[:-1],
        signed(BODY) + "0",
        signed(BODY + b" "),
        signed(BODY, Secret("another secret, also long enough")),
        signed(BODY).replace("t=1", "t=2"),
        signed(return_message(PAYMENT_ID)),
    ],
)
def test_a_forged_notice_is_refused(signature: str | None) -> None:
    """Missing, cut, of another body, of another secret, at another moment, of the other kind."""
    with pytest.raises(Invalid) as refusal:
        provider().notice(JSON_TYPE, BODY, signature)

    assert {"field": "signature"} == refusal.value.facts


@pytest.mark.parametrize("offset_s", [-SIGNATURE_AGE_MAX_S - 1, SIGNATURE_AGE_MAX_S + 1])
def test_an_old_signature_is_refused(offset_s: int) -> None:
    """What was caught on the way cannot be played for ever."""
    with pytest.raises(Invalid):
        provider(NOON + timedelta(seconds=offset_s)).notice(JSON_TYPE, BODY, signed(BODY))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{}", b'{"payment_id": 7}', b'{"payment_id": "x"}', b"\xff"]
)
def test_an_unreadable_notice_is_refused(body: bytes) -> None:
    """Even a signed one."""
    with pytest.raises(Invalid) as refusal:
        provider().notice(JSON_TYPE, body, signed(body))

    assert {"field": "body"} == refusal.value.facts


def test_the_form_of_a_browser_carries_its_own_signature() -> None:
    """What stands in the header is not looked at."""
    body = form(payment_id=str(PAYMENT_ID), signature=signed(return_message(PAYMENT_ID)))

    assert Notice(PAYMENT_ID, from_browser=True) == provider().notice(FORM_TYPE, body, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"payment_id",
        form(payment_id=str(PAYMENT_ID)),
        form(payment_id="x", signature="y"),
        form(payment_id=str(PAYMENT_ID), signature=signed(return_message(new_id()))),
        form(payment_id=str(PAYMENT_ID), signature=signed(BODY)),
    ],
)
def test_a_form_that_the_bank_did_not_make_is_refused(body: bytes) -> None:
    """A signature of another payment opens nothing."""
    with pytest.raises(Invalid):
        provider().notice(FORM_TYPE, body, signed(BODY))


def test_no_other_type_is_a_notice() -> None:
    """Nobody guesses what an XML might mean."""
    with pytest.raises(Invalid) as refusal:
        provider().notice("text/xml", BODY, signed(BODY))

    assert {"field": "content_type"} == refusal.value.facts
