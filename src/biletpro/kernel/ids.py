"""Identifiers: UUIDv7 (RFC 9562 section 5.7), 48 bits of Unix milliseconds, then random bits.

People never see them: they see codes, which each service makes of a sequence of its own.
"""

import os
import time
from datetime import datetime
from uuid import UUID


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
