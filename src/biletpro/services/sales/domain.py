"""Rules of selling as pure functions: prices, codes, what a wish means under an event's terms."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from biletpro.contracts.sales import HoldItem, LimitReached, WantedPlace
from biletpro.contracts.terms import CategoryTerms, EventTerms, PlaceTerms
from biletpro.kernel.errors import Invalid, NotFound
from biletpro.kernel.money import BASIS_POINTS, share, split

ORDER_CODE_PREFIX: Final = "BP-"
TURKEY: Final = "+90"
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_SYMBOLS: Final = 7
CODE_SPACE: Final = 32**CODE_SYMBOLS
CHECK_MODULUS: Final = 37
FEISTEL_ROUNDS: Final = 4  # Luby and Rackoff: four keyed rounds make a strong permutation
# 35 bits cannot be halved, so the network works on 36 and walks over values of 2^35 and above.
FEISTEL_HALF_BITS: Final = 18
FEISTEL_MASK: Final = (1 << FEISTEL_HALF_BITS) - 1
_READ_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_AS_PYTHON = str.maketrans(CROCKFORD, "0123456789abcdefghijklmnopqrstuv")
_SYMBOLS = re.compile(f"[{CROCKFORD}]{{{CODE_SYMBOLS + 1}}}")
_PHONE = re.compile(r"\+?[0-9]{7,15}")


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One ticket's worth in minor units. `total` = face - discount + fee; `tax` is inside the total."""

    category_id: UUID
    category: str
    place: PlaceTerms | None
    admits: int
    face: int
    discount: int
    fee: int
    tax: int
    total: int

    def stored(self) -> dict[str, Any]:
        """As the hold's row keeps it."""
        place = self.place
        return {
            "category_id": str(self.category_id),
            "category": self.category,
            "place": None
            if place is None
            else {"id": str(place.id), "section": place.section, "row": place.row, "label": place.label},
            "admits": self.admits,
            "face": self.face,
            "discount": self.discount,
            "fee": self.fee,
            "tax": self.tax,
            "total": self.total,
        }


@dataclass(frozen=True, slots=True)
class Unit:
    """What one line sells, before it has a price."""

    category: CategoryTerms
    place: PlaceTerms | None
    admits: int
    face: int


def priced(units: list[Unit], discount: int, tax_rate_bp: int, fee_rate_bp: int) -> list[PricedLine]:
    """The one pricing function. The order's *discount* is spread over the faces, to the kuruş.

    The fee is a share of the discounted face, the tax the share inside the line's total; both are rounded a line, so
    that lines always sum to their order and a part refund is whole lines (docs/decisions/0003).
    """
    faces = [unit.face for unit in units]
    assert 0 <= discount <= sum(faces), "a discount never passes what it lowers"
    discounts = split(discount, faces) if discount else [0] * len(units)
    lines = []
    for unit, lowered in zip(units, discounts, strict=True):
        fee = share(unit.face - lowered, fee_rate_bp, BASIS_POINTS)
        total = unit.face - lowered + fee
        lines.append(
            PricedLine(
                category_id=unit.category.id,
                category=unit.category.name,
                place=unit.place,
                admits=unit.admits,
                face=unit.face,
                discount=lowered,
                fee=fee,
                tax=share(total, tax_rate_bp, BASIS_POINTS + tax_rate_bp),
                total=total,
            )
        )
    return lines


@dataclass(frozen=True, eq=False)
class SaleTerms:
    """An event's terms, looked up quickly. One object is one version."""

    terms: EventTerms
    places: dict[UUID, PlaceTerms]

    @cached_property
    def categories(self) -> dict[UUID, CategoryTerms]:
        """The price zones by id."""
        return {category.id: category for category in self.terms.categories}

    @cached_property
    def _counted(self) -> dict[tuple[UUID, int], "Wish"]:
        return {}

    def counted(self, category: CategoryTerms, quantity: int) -> "Wish":
        """Unnumbered places of one category: the same wish for every buyer, so it is priced once."""
        known = self._counted.get((category.id, quantity))
        if known is None:
            units = [Unit(category, None, 1, category.price.amount)] * quantity
            lines = priced(units, 0, self.terms.tax_rate_bp, self.terms.fee_rate_bp)
            known = Wish([WishedLine(category.id, quantity, None, best=False)], lines)
            self._counted[category.id, quantity] = known
        return known


@dataclass(frozen=True, slots=True)
class WishedLine:
    """What to take of one category: `places` when they are named, else `quantity`."""

    category_id: UUID
    quantity: int
    places: list[UUID] | None
    best: bool


@dataclass(frozen=True, eq=False)
class Wish:
    """A buyer's items under an event's terms, priced. Compared by identity: counted ones are shared."""

    wanted: list[WishedLine]
    lines: list[PricedLine]

    @cached_property
    def total(self) -> int:
        """What it costs, in minor units."""
        return sum(line.total for line in self.lines)


def wished(sale: SaleTerms, items: list[HoldItem]) -> Wish:
    """Raises NotFound for a category or place of another event, Invalid for a wrong ask, LimitReached."""
    _check_limit(sale, items)
    first = sale.categories.get(items[0].category_id)
    if len(items) == 1 and first is not None and first.kind == "general" and items[0].quantity is not None:
        if items[0].best_available:
            raise Invalid("these places have no numbers", field="items.0")
        return sale.counted(first, items[0].quantity)
    wanted: list[WishedLine] = []
    lines: list[PricedLine] = []
    for n, item in enumerate(items):
        category = sale.categories.get(item.category_id)
        if category is None:
            raise NotFound("no such category in this event")
        if item.places is not None:
            units = [_place_unit(sale, category, place, n) for place in item.places]
            lines += priced(units, 0, sale.terms.tax_rate_bp, sale.terms.fee_rate_bp)
            wanted.append(
                WishedLine(category.id, len(units), [place.id for place in item.places], best=False)
            )
            continue
        quantity = item.quantity
        assert quantity is not None, "the message has either places or a quantity"
        numbered = category.kind != "general"
        if numbered != item.best_available:
            why = (
                "choose places, or ask for the best available" if numbered else "these places have no numbers"
            )
            raise Invalid(why, field=f"items.{n}")
        if numbered and category.per_person:
            raise Invalid("a table priced per guest is chosen by number", field=f"items.{n}.best_available")
        lines += sale.counted(category, quantity).lines
        wanted.append(WishedLine(category.id, quantity, None, best=numbered))
    return Wish(wanted, lines)


def _check_limit(sale: SaleTerms, items: list[HoldItem]) -> None:
    places = sum(len(item.places) if item.places is not None else item.quantity or 0 for item in items)
    if places > sale.terms.max_per_order:
        raise LimitReached(limit=sale.terms.max_per_order)


def _place_unit(sale: SaleTerms, category: CategoryTerms, wanted: WantedPlace, n: int) -> Unit:
    place = sale.places.get(wanted.id)
    if place is None or place.category_id != category.id:
        raise NotFound("no such place in this category")
    if wanted.guests is not None and not place.guests_min <= wanted.guests <= place.guests_max:
        raise Invalid(
            f"from {place.guests_min} to {place.guests_max} guests", field=f"items.{n}.places.guests"
        )
    admits = wanted.guests if wanted.guests is not None and category.per_person else place.guests_max
    face = category.price.amount * (admits if category.per_person else 1)
    return Unit(category, place, admits, face)


def e164(phone: str) -> str:
    """`0532 123 45 67` and `+49 30 1234567` as E.164. Raises Invalid(field=buyer.phone)."""
    digits = re.sub(r"[ ().\-/]", "", phone)
    if not _PHONE.fullmatch(digits):
        raise Invalid("not a telephone number", field="buyer.phone")
    if digits.startswith("+"):
        return digits
    if digits.startswith("00"):
        return "+" + digits[2:]
    national = digits.removeprefix("90") if len(digits) == len("905321234567") else digits.removeprefix("0")
    return TURKEY + national


def email_key(email: str) -> str:
    """The address as it is compared: lower case without any language's rules."""
    return email.lower()


def record_name(route: str, owner: str, key: str) -> str:
    """The name of an idempotency record: hex of a hash over route, owner and key."""
    return hashlib.sha256(f"{route}\x00{owner}\x00{key}".encode()).hexdigest()


def next_ask_s(age_s: float) -> float:
    """When to ask a silent provider again: soon at first, then as rarely as the payment is old."""
    return min(max(age_s / 2, 2.0), 600.0)


def _permute(number: int, key: bytes) -> int:
    left, right = number >> FEISTEL_HALF_BITS, number & FEISTEL_MASK
    for turn in range(FEISTEL_ROUNDS):
        message = turn.to_bytes(1, "big") + right.to_bytes(3, "big")
        digest = hashlib.blake2b(message, key=key, digest_size=4).digest()
        left, right = right, left ^ int.from_bytes(digest, "big") & FEISTEL_MASK
    return left << FEISTEL_HALF_BITS | right


def code_of(number: int, key: bytes) -> str:
    """The 8 symbols that people see of the *number*-th order; a permutation, so no two orders share one.

    A balanced Feistel network with keyed BLAKE2b rounds permutes the sequence within 35 bits, so codes tell nothing of
    how many there are. They are written in Crockford's base 32 with his modulo-37 check symbol
    (https://www.crockford.com/base32.html); numbers whose check symbol is not of the alphabet are walked over.
    """
    assert 0 <= number < CODE_SPACE, "the sequence has left the space of codes"
    value = _permute(number, key)
    while value >= CODE_SPACE or value % CHECK_MODULUS >= len(CROCKFORD):
        value = _permute(value, key)
    symbols = "".join(CROCKFORD[value >> shift & 31] for shift in range(30, -1, -5))
    return symbols + CROCKFORD[value % CHECK_MODULUS]


def tidy_code(text: str) -> str | None:
    """*text* as `code_of` would have written it (case and look-alikes mended), or None when it is no code."""
    symbols = text.strip().upper().translate(_READ_ALIKE)
    if not _SYMBOLS.fullmatch(symbols):
        return None
    value = int(symbols[:-1].translate(_AS_PYTHON), 32)
    return symbols if CROCKFORD.index(symbols[-1]) == value % CHECK_MODULUS else None
