"""Identifiers: UUIDv7 for records, keyed codes for people.

UUIDv7: RFC 9562 section 5.7, 48 bits of Unix milliseconds, then random bits. Codes: a balanced Feistel network
(keyed BLAKE2b rounds) permutes a sequence within 35 bits, so codes never collide and tell nothing of how many were
made; they are written in Crockford's base 32 (https://www.crockford.com/base32.html) with his modulo-37 check
symbol. Numbers whose check symbol would not be a letter or digit of the alphabet are walked over.
"""

import hashlib
import os
import time
from datetime import datetime
from typing import Final
from uuid import UUID

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_SYMBOLS: Final = 7
CODE_SPACE: Final = 32**CODE_SYMBOLS
CHECK_MODULUS: Final = 37
FEISTEL_ROUNDS: Final = 6
# 35 bits split unevenly cannot be balanced, so the network works on 36 and walks values of 2^35 and above.
FEISTEL_HALF_BITS: Final = 18
FEISTEL_MASK: Final = (1 << FEISTEL_HALF_BITS) - 1

_READ_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_id() -> UUID:
    """A fresh UUIDv7; ids made later sort later, to the millisecond."""
    # tidy: allow wall-clock - an id carries when it was made; no rule of selling reads it
    milliseconds = time.time_ns() // 1_000_000
    return UUID(int=_uuid7_bits(milliseconds, int.from_bytes(os.urandom(10), "big")))


def id_floor(moment: datetime) -> UUID:
    """The smallest UUIDv7 of *moment*: the bound by which partitions and time ranges are asked for."""
    return UUID(int=_uuid7_bits(int(moment.timestamp() * 1_000), 0))


def _uuid7_bits(milliseconds: int, random_bits: int) -> int:
    value = (milliseconds & (1 << 48) - 1) << 80 | random_bits & (1 << 80) - 1
    value = value & ~(0xF << 76) | 0x7 << 76
    return value & ~(0x3 << 62) | 0x2 << 62


def _permute(number: int, key: bytes) -> int:
    left, right = number >> FEISTEL_HALF_BITS, number & FEISTEL_MASK
    for turn in range(FEISTEL_ROUNDS):
        message = turn.to_bytes(1, "big") + right.to_bytes(3, "big")
        digest = hashlib.blake2b(message, key=key, digest_size=4).digest()
        left, right = right, left ^ int.from_bytes(digest, "big") & FEISTEL_MASK
    return left << FEISTEL_HALF_BITS | right


def code_of(number: int, key: bytes) -> str:
    """The 8 symbols that people see for the *number*-th record; a permutation, so no two numbers share one."""
    assert 0 <= number < CODE_SPACE, "the sequence has left the space of codes"
    value = _permute(number, key)
    while value >= CODE_SPACE or value % CHECK_MODULUS >= len(CROCKFORD):
        value = _permute(value, key)
    symbols = "".join(CROCKFORD[value >> shift & 31] for shift in range(30, -1, -5))
    return symbols + CROCKFORD[value % CHECK_MODULUS]


def tidy_code(text: str) -> str | None:
    """*text* as `code_of` would have written it (case and look-alikes mended), or None when it is no code."""
    symbols = text.strip().upper().translate(_READ_ALIKE)
    if len(symbols) != CODE_SYMBOLS + 1 or any(symbol not in CROCKFORD for symbol in symbols):
        return None
    value = 0
    for symbol in symbols[:CODE_SYMBOLS]:
        value = value << 5 | CROCKFORD.index(symbol)
    return symbols if CROCKFORD.index(symbols[-1]) == value % CHECK_MODULUS else None
