"""Ticket codes: made from the ticket's row when it is read, never stored.

Version 1, 88 bytes in base 32 (RFC 4648, upper case, no padding: QR's alphanumeric mode, version 6 level M at most):
version (1), key number (1), ticket id (16), event short id (4), serial (2), Ed25519 signature (64) of all before it.
"""

import base64
import hashlib
from functools import lru_cache
from typing import Final
from uuid import UUID

from biletpro.adapters.signing import SigningKeys

CODE_VERSION: Final = 1
CODES_REMEMBERED: Final = 20_000


def event_short_id(event_id: UUID) -> bytes:
    """Four bytes that tell a door at once that a ticket is of another event."""
    return hashlib.blake2s(event_id.bytes, digest_size=4).digest()


class TicketCodes:
    """Signs tickets with numbered Ed25519 keys."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self._signed = lru_cache(CODES_REMEMBERED)(self._sign)

    def code(self, ticket_id: UUID, event_id: UUID, serial: int, key_number: int) -> str:
        """What is printed in the QR code and scanned at the door."""
        return self._signed(ticket_id, event_id, serial, key_number)

    def _sign(self, ticket_id: UUID, event_id: UUID, serial: int, key_number: int) -> str:
        message = (
            bytes([CODE_VERSION, key_number])
            + ticket_id.bytes
            + event_short_id(event_id)
            + serial.to_bytes(2, "big")
        )
        signed = message + self._keys.sign(key_number, message)
        return base64.b32encode(signed).decode().rstrip("=")
