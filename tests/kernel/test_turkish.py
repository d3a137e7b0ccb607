"""Names are ordered, found and addressed the Turkish way, with no help from the database."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biletpro.kernel.turkish import search_key, slug, sort_key

ALPHABET = "abcçdefgğhıijklmnoöprsştuüvyz"
TURKISH = st.text(alphabet=ALPHABET + ALPHABET.replace("i", "").upper() + "İ 0123456789", max_size=30)
ANY = st.text(max_size=60)


def test_the_alphabet_is_in_order() -> None:
    """Each letter of the Turkish alphabet follows the one before, also at the head of longer words."""
    letters, backwards = list(ALPHABET), reversed(ALPHABET)
    words, words_backwards = [letter + "z" for letter in ALPHABET], [letter + "z" for letter in letters[::-1]]

    assert letters == sorted(backwards, key=sort_key)
    assert words == sorted(words_backwards, key=sort_key)


def test_words_are_in_the_order_of_a_dictionary() -> None:
    """ç after c, ı before i, ö after o, ş after s; digits before letters; a word before what it begins."""
    words = ["2. kat", "cam", "cuma", "çay", "ıhlamur", "içki", "oda", "öğle", "su", "süt", "şeker", "zebra"]
    backwards = list(reversed(words))

    assert words == sorted(backwards, key=sort_key)
    assert ["Ali Can", "Alican", "Alicana"] == sorted(["Alicana", "Alican", "Ali Can"], key=sort_key)


@given(TURKISH)
def test_case_does_not_count(text: str) -> None:
    """The capital of i is İ and that of ı is I, in each direction, for the order and for the search."""
    capitals = text.replace("i", "İ").upper()

    assert sort_key(text) == sort_key(capitals)
    assert search_key(text) == search_key(capitals)


@given(st.text(alphabet=ALPHABET, max_size=12), st.text(alphabet=ALPHABET, max_size=12))
def test_the_order_is_letter_by_letter(one: str, other: str) -> None:
    """For words of Turkish letters the keys compare as the places of the letters in the alphabet do."""
    places = ([ALPHABET.index(sign) for sign in word] for word in (one, other))
    first, second = places

    assert (first < second) == (sort_key(one) < sort_key(other))
    assert (first == second) == (sort_key(one) == sort_key(other))


@given(ANY, ANY)
def test_python_and_the_database_order_keys_alike(one: str, other: str) -> None:
    """Collation C compares bytes of UTF-8; that is the order of the keys here too."""
    by_bytes = sort_key(one).encode() < sort_key(other).encode()

    assert by_bytes == (sort_key(one) < sort_key(other))


@pytest.mark.parametrize(
    "spelling", ["ISPARTA", "Isparta", "ısparta", "İSPARTA", "isparta", "I\u0307sparta", "  İsparta! "]
)
def test_every_spelling_is_found(spelling: str) -> None:
    """Dotted, dotless, capital, decomposed: one key."""
    assert "isparta" == search_key(spelling)


def test_a_query_without_turkish_letters_finds_the_name() -> None:
    """People type what their keyboard has."""
    assert search_key("sukran gunes cagri ozturk") == search_key("Şükrân GÜNEŞ, Çağrı Öztürk")
    assert search_key("istanbulda") == search_key("İstanbul’da")


@given(ANY)
def test_keys_hold_only_letters_digits_and_spaces(text: str) -> None:
    """So a search key is safe inside a LIKE pattern, and reducing it again changes nothing."""
    key = search_key(text)

    assert all(sign.isalnum() or sign == " " for sign in key)
    assert key == search_key(key)
    assert key == " ".join(key.split())


@given(ANY)
def test_a_slug_is_plain(text: str) -> None:
    """Small ASCII letters and digits with single hyphens between, or nothing at all."""
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug(text))


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("cilgin-gece-istanbulda-2026", "Çılgın Gece: İstanbul'da — 2026!"),
        ("isik-sahne", "IŞIK   Sahne"),
        ("smorgas-oel", "Smörgås Œl"),
        ("", "東京"),
    ],
)
def test_slugs_read_like_the_names(expected: str, text: str) -> None:
    """Letters lose their marks, apostrophes close up, all else becomes one hyphen."""
    assert expected == slug(text)
