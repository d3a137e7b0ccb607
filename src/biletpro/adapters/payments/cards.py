"""The test cards: each number plays one script, in tests, in the browser and in `biletpro bench` alike."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from .provider import Card

SUCCEEDS: Final = "4242424242424242"
DECLINED: Final = "4000000000000002"
INSUFFICIENT_FUNDS: Final = "4000000000009995"
THREE_D_SECURE: Final = "4000000000003220"
TIMES_OUT: Final = "4000000000000119"
CALLBACK_LOST: Final = "4000000000000341"
CALLBACK_TWICE: Final = "4000000000000259"
CALLBACK_LATE: Final = "4000000000000077"

DENIED_REASON: Final = "three_d_secure_failed"
_EXPIRY: Final = re.compile(r"(0[1-9]|1[0-2])/([0-9]{2})")
_CVC: Final = re.compile(r"[0-9]{3,4}")
_NUMBER: Final = re.compile(r"[0-9]{12,19}")


@dataclass(frozen=True, slots=True)
class Script:
    """How one card behaves. The name stands in the journal in place of the number."""

    name: str
    refused: str | None = None
    asks_person: bool = False
    hangs: bool = False
    callbacks: int = 0
    callback_late: bool = False
    browser_returns: bool = True


_INVALID: Final = Script("invalid_card", refused="invalid_card")
_UNKNOWN: Final = Script("card_unknown", refused="card_unknown")
_BY_NUMBER: Final[dict[str, Script]] = {
    SUCCEEDS: Script("succeeds"),
    DECLINED: Script("declined", refused="card_declined"),
    INSUFFICIENT_FUNDS: Script("insufficient_funds", refused="insufficient_funds"),
    # The money is taken, only nobody hears of it.
    TIMES_OUT: Script("times_out", hangs=True),
    THREE_D_SECURE: Script("three_d_secure", asks_person=True, callbacks=1),
    CALLBACK_TWICE: Script("callback_twice", asks_person=True, callbacks=2),
    # A browser that came back would tell the shop what the lost or late callback was to tell.
    CALLBACK_LOST: Script("callback_lost", asks_person=True, browser_returns=False),
    CALLBACK_LATE: Script(
        "callback_late", asks_person=True, callbacks=1, callback_late=True, browser_returns=False
    ),
}
BY_NAME: Final[dict[str, Script]] = {
    script.name: script for script in (*_BY_NUMBER.values(), _INVALID, _UNKNOWN)
}


def script_of(card: Card | None, today: date) -> Script:
    """What *card* plays; a malformed or expired one is refused whatever its number."""
    if card is None or not _is_valid(card, today):
        return _INVALID
    return _BY_NUMBER.get(card.number.replace(" ", ""), _UNKNOWN)


def _is_valid(card: Card, today: date) -> bool:
    expiry = _EXPIRY.fullmatch(card.expiry)
    if expiry is None or _CVC.fullmatch(card.cvc) is None:
        return False
    # A card is good to the last day of its month.
    if (2_000 + int(expiry[2]), int(expiry[1])) < (today.year, today.month):
        return False
    return _NUMBER.fullmatch(card.number.replace(" ", "")) is not None
