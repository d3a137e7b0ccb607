"""Money: whole minor units and a currency. No float ever; amounts stay within ±10^15."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from .messages import Message

AMOUNT_MAX: Final = 10**15

Currency = Literal["TRY", "EUR", "USD", "GBP"]
Amount = Annotated[int, Field(strict=True, ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
Price = Annotated[int, Field(strict=True, ge=0, le=10**12)]

BASIS_POINTS: Final = 10_000


class Money(Message):
    """An amount in minor units (kuruş, cents)."""

    amount: Amount
    currency: Currency


class PriceMoney(Message):
    """An amount that somebody pays: never negative."""

    amount: Price
    currency: Currency


def share(amount: int, part: int, whole: int) -> int:
    """Amount × part / whole, rounded half away from zero, in integers."""
    assert whole > 0, "a share of nothing"
    product = abs(amount) * part
    rounded = (2 * product + whole) // (2 * whole)
    return rounded if amount >= 0 else -rounded


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """*amount* over *weights* by largest remainder: the parts always sum to the amount, to the kuruş.

    Equal remainders go to the earlier part, so a split is the same each time it is made.
    """
    whole = sum(weights)
    assert amount >= 0, "a split is of an owed amount"
    assert whole > 0, "a split has somewhere to go"
    assert min(weights) >= 0, "no weight pulls back"
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % whole), n))
    for n in by_remainder[: amount - sum(parts)]:
        parts[n] += 1
    return parts
