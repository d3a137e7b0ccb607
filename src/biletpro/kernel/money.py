"""Money: whole minor units and a currency. No float ever; amounts stay within ±10^15."""

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from .messages import Message

AMOUNT_MAX: Final = 10**15

Currency = Literal["TRY", "EUR", "USD", "GBP"]
Amount = Annotated[int, Field(strict=True, ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
Price = Annotated[int, Field(strict=True, ge=0, le=10**12)]

SYMBOLS: Final[dict[str, str]] = {"TRY": "₺", "EUR": "€", "USD": "$", "GBP": "£"}
BASIS_POINTS: Final = 10_000

_TURKISH = re.compile(r"(?P<sign>-?)₺?\s?(?P<whole>\d{1,3}(?:\.\d{3})+|\d+)(?:,(?P<part>\d{2}))?")


class Money(Message):
    """An amount in minor units (kuruş, cents)."""

    amount: Amount
    currency: Currency


class PriceMoney(Message):
    """An amount that somebody pays: never negative."""

    amount: Price
    currency: Currency


def share(amount: int, part: int, whole: int) -> int:
    """amount × part / whole, rounded half away from zero, in integers."""
    assert whole > 0, "a share of nothing"
    product = abs(amount) * part
    rounded = (2 * product + whole) // (2 * whole)
    return rounded if amount >= 0 else -rounded


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """*amount* over *weights* by largest remainder: the parts always sum to the amount, to the kuruş.

    Equal remainders go to the earlier part, so a split is the same each time it is made.
    """
    whole = sum(weights)
    assert whole > 0 and amount >= 0 and min(weights) >= 0, "splits are of owed amounts over real weights"
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % whole), n))
    for n in by_remainder[: amount - sum(parts)]:
        parts[n] += 1
    return parts


def turkish_text(money: Money) -> str:
    """`₺1.234,50`, as Turkish readers write it."""
    whole, part = divmod(abs(money.amount), 100)
    sign = "-" if money.amount < 0 else ""
    return f"{sign}{SYMBOLS[money.currency]}{whole:,}".replace(",", ".") + f",{part:02d}"


def parse_turkish(text: str) -> int | None:
    """Minor units of an amount written the Turkish way, or None; `1,234.56` is refused, never guessed at."""
    found = _TURKISH.fullmatch(text.strip())
    if found is None:
        return None
    amount = int(found["whole"].replace(".", "")) * 100 + int(found["part"] or 0)
    return -amount if found["sign"] else amount
