"""Prices: lines always sum to their order, to the kuruş."""

from hypothesis import given
from hypothesis import strategies as st

from biletpro.contracts.terms import CategoryTerms
from biletpro.kernel.ids import new_id
from biletpro.kernel.money import PriceMoney, split
from biletpro.services.sales.domain import Unit, priced

CATEGORY = CategoryTerms(
    id=new_id(),
    name="Parter",
    kind="general",
    price=PriceMoney(amount=3_333, currency="TRY"),
    per_person=False,
    capacity=10,
)


def units(*faces: int) -> list[Unit]:
    return [Unit(CATEGORY, None, 1, face) for face in faces]


def test_three_at_33_33_are_99_99() -> None:
    """Tax is inside each line's total and rounded a line."""
    lines = priced(units(3_333, 3_333, 3_333), 0, tax_rate_bp=2_000, fee_rate_bp=0)

    assert 9_999 == sum(line.total for line in lines)
    assert [556, 556, 556] == [line.tax for line in lines]


def test_a_part_refund_is_whole_lines() -> None:
    """A discount of 10.00 over three lines is 3.34, 3.33, 3.33; refunding one line leaves exactly the other two."""
    lines = priced(units(3_333, 3_333, 3_333), 1_000, tax_rate_bp=2_000, fee_rate_bp=500)
    total = sum(line.total for line in lines)

    assert [334, 333, 333] == [line.discount for line in lines]
    assert total - lines[0].total == lines[1].total + lines[2].total


@given(
    faces=st.lists(st.integers(1, 10**9), min_size=1, max_size=30),
    part=st.integers(0, 100),
    tax_rate_bp=st.integers(0, 10_000),
    fee_rate_bp=st.integers(0, 10_000),
)
def test_every_line_adds_up(faces: list[int], part: int, tax_rate_bp: int, fee_rate_bp: int) -> None:
    """Total = face - discount + fee, tax within it, and discounts sum to the discount given."""
    discount = sum(faces) * part // 100
    lines = priced(units(*faces), discount, tax_rate_bp, fee_rate_bp)

    assert discount == sum(line.discount for line in lines)
    for line in lines:
        assert line.total == line.face - line.discount + line.fee
        assert 0 <= line.tax <= line.total
        assert 0 <= line.discount <= line.face


@given(amount=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_a_split_loses_nothing(amount: int, weights: list[int]) -> None:
    """Parts sum to the whole and each is within one of its exact share."""
    if sum(weights) == 0:
        return
    parts = split(amount, weights)

    assert amount == sum(parts)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)
