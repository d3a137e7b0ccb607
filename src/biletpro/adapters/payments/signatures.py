"""What the pretend bank and its driver prove to each other with the one secret they share.

Callbacks carry `Sandbox-Signature: t=<unix seconds>,v1=<HMAC-SHA-256 of "t.body", hex>`. The page token and
the API key are derived, so the secret itself never crosses the wire.
"""

import hmac
import re
from typing import Final
from uuid import UUID

from biletpro.adapters.environment import Secret
from biletpro.kernel.clock import Clock

SECRET_CHARS_MIN: Final = 16
SIGNATURE_HEADER: Final = "Sandbox-Signature"
# A notice only makes us ask the bank, so an old one harms nobody; people leave a page open for hours.
SIGNATURE_AGE_MAX_S: Final = 24 * 3_600
_SIGNATURE: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


class Signer:
    """Both sides hold one, made of the same secret."""

    def __init__(self, secret: Secret, clock: Clock) -> None:
        assert len(secret) >= SECRET_CHARS_MIN, "a short secret can be guessed"
        self._key = secret.encode()
        self._clock = clock

    def sign(self, message: bytes) -> str:
        """The signature of *message* as of now."""
        moment = str(int(self._clock().timestamp()))
        return f"t={moment},v1={self._digest(moment, message)}"

    def is_signed(self, message: bytes, signature: str | None) -> bool:
        """Whether the other side signed *message*, within the last `SIGNATURE_AGE_MAX_S`."""
        found = _SIGNATURE.fullmatch(signature) if signature is not None else None
        if found is None or not hmac.compare_digest(self._digest(found[1], message), found[2]):
            return False
        return abs(self._clock().timestamp() - int(found[1])) <= SIGNATURE_AGE_MAX_S

    def page_token(self, payment_id: UUID) -> str:
        """What makes the address of a 3-D Secure page unguessable; the same after a restart."""
        return hmac.digest(self._key, b"page\x00" + payment_id.bytes, "sha256").hex()[:40]

    def api_key(self) -> str:
        """The bearer credential of the bank's JSON interface."""
        return hmac.digest(self._key, b"api\x00", "sha256").hex()

    def _digest(self, moment: str, message: bytes) -> str:
        return hmac.digest(self._key, moment.encode() + b"." + message, "sha256").hex()


def return_message(payment_id: UUID) -> bytes:
    """What is signed in the form that sends the browser back to the shop."""
    return f"payment_id={payment_id}".encode()
