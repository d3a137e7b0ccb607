"""Password hashes: argon2id with the library's RFC 9106 low-memory profile, off the event loop."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

PARALLEL_MAX: Final = 2  # one hash takes 64 MiB and a core; more at once starve selling

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


class Passwords:
    """Hashes and checks, at most PARALLEL_MAX at a time."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(PARALLEL_MAX)
        # Verified against when the user is unknown, so that both answers take the same time.
        self._nobody = _hasher.hash("nobody has this password")

    async def hashed(self, password: str) -> str:
        """The encoded argon2id hash."""
        async with self._slots:
            return await asyncio.to_thread(_hasher.hash, password)

    async def matches(self, encoded: str | None, password: str) -> bool:
        """Whether *password* made *encoded*; takes as long when there is no hash at all."""
        async with self._slots:
            found = await asyncio.to_thread(
                self._verify, self._nobody if encoded is None else encoded, password
            )
        return found and encoded is not None

    @staticmethod
    def _verify(encoded: str, password: str) -> bool:
        try:
            return _hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False
