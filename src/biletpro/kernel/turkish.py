"""Turkish text without ICU: one way to order names, to find them, and to write them in an address.

The keys are made here and stored, so Python and PostgreSQL (collation C) never disagree about dotted and
dotless i. Names and venues only: e-mails, codes and passwords are never folded the Turkish way (design 3.7).
"""

import unicodedata
from typing import Final

# Marks that make a letter of its own in Turkish; every other mark is an accent and falls away.
_OWN_LETTERS: Final = frozenset("çğıöşü")
_CAPITALS: Final = str.maketrans({"I": "ı", "İ": "i"})
# Latin letters that Unicode does not take apart.
_WHOLE_LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ə": "e"}
)
# Straight, curly and modifier apostrophes, grave and acute: İstanbul'da is one word.
_APOSTROPHES: Final = dict.fromkeys((0x27, 0x2019, 0x2018, 0x02BC, 0x60, 0xB4))
_TO_LATIN: Final = str.maketrans("çğıöşü", "cgiosu")
# `~` stands above every other sign of a key: `c~` follows all that begins with a plain `c`.
_TO_SORTED: Final = str.maketrans(
    {"ç": "c~", "ğ": "g~", "ı": "i", "i": "i~", "ö": "o~", "ş": "s~", "ü": "u~"}
)
# Between the letters and `~`: other alphabets come after z, and never between c and ç.
_OTHER_ALPHABET: Final = "{"


def _words(text: str) -> str:
    """Lower case as Turkish has it, accents gone, apostrophes closed up, one space between words."""
    composed = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    lowered = composed.translate(_CAPITALS).casefold().translate(_WHOLE_LETTERS)
    kept = "".join(sign if sign in _OWN_LETTERS else _without_marks(sign) for sign in lowered)
    return " ".join("".join(sign if sign.isalnum() else " " for sign in kept).split())


def _without_marks(sign: str) -> str:
    return "".join(
        part
        for part in unicodedata.normalize("NFKD", sign).casefold()
        if unicodedata.category(part)[0] != "M"
    )


def search_key(text: str) -> str:
    """What a name and a query are both reduced to before they are compared: ISPARTA and Isparta are one.

    Letters, digits and single spaces only, so it is safe in a LIKE pattern. May be empty.
    """
    return _words(text).translate(_TO_LATIN)


def sort_key(text: str) -> str:
    """A key whose order by code point (collation C) is a Turkish dictionary's; digits come first."""
    return "".join(
        sign if sign.isascii() else _OTHER_ALPHABET + sign for sign in _words(text).translate(_TO_SORTED)
    )


def slug(text: str) -> str:
    """*text* for an address: a-z, 0-9 and single hyphens. Empty where nothing of it is Latin."""
    latin = "".join(sign if sign.isascii() else " " for sign in search_key(text))
    return "-".join(latin.split())
