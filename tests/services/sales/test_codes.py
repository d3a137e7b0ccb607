"""Order codes never collide, tell nothing, and mend what people type."""

from hypothesis import given
from hypothesis import strategies as st

from biletpro.services.sales.domain import CODE_SPACE, CROCKFORD, code_of, tidy_code

KEY = b"a key of the tests"
# A permutation that walks cannot reach the last numbers of the space; nobody will ever sell so many orders.
NUMBERS = st.integers(0, CODE_SPACE * 32 // 37 - 1)


@given(numbers=st.lists(NUMBERS, unique=True, min_size=2, max_size=50))
def test_codes_never_collide(numbers: list[int]) -> None:
    """The code is a permutation of the number."""
    assert len(numbers) == len({code_of(number, KEY) for number in numbers})


@given(number=NUMBERS)
def test_a_code_is_read_as_people_write_it(number: int) -> None:
    """Lower case, spaces around, o for 0, i and l for 1."""
    code = code_of(number, KEY)

    assert code == tidy_code(f" {code.lower().replace('0', 'o').replace('1', 'l')} ")


@given(number=NUMBERS, place=st.integers(0, 6), other=st.sampled_from(CROCKFORD))
def test_one_wrong_symbol_is_noticed(number: int, place: int, other: str) -> None:
    """The check symbol is modulo 37, a prime larger than the alphabet."""
    code = code_of(number, KEY)
    wrong = code[:place] + other + code[place + 1 :]

    assert (code if other == code[place] else None) == tidy_code(wrong)


def test_neighbours_look_nothing_alike() -> None:
    """A code tells nothing of how many orders there are."""
    first, second = code_of(1_000, KEY), code_of(1_001, KEY)

    assert sum(a == b for a, b in zip(first, second, strict=True)) <= 3


def test_another_key_gives_other_codes() -> None:
    """The permutation is keyed."""
    assert code_of(7, KEY) != code_of(7, b"another key")
