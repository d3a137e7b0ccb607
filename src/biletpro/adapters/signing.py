"""Keyed secrets that need no storage, and Ed25519 signatures.

A secret (hold token, order secret) is `<key number>.<HMAC-SHA-256 of purpose and id, base64url>`: the same each time
it is asked for, checked in constant time, and good across a rotation because it names its key.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .environment import SettingFault

SECRET_BYTES: Final = 24
NUMBER_DIGITS_MAX: Final = 6
KEY_BYTES_MIN: Final = 32


class Keyring:
    """Numbered HMAC keys; the highest number makes new secrets, all of them check."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        assert keys, "a keyring holds at least one key"
        self._keys = dict(keys)
        self._newest = max(keys)

    @staticmethod
    def parse(text: str) -> "Keyring":
        """From `1:hex,2:hex`. Raises SettingFault."""
        try:
            keys = {
                int(number): bytes.fromhex(value)
                for number, value in (part.split(":", 1) for part in text.split(",") if part)
            }
        except ValueError as error:
            raise SettingFault("keys are written as number:hex, with commas between") from error
        if not keys or any(len(key) < KEY_BYTES_MIN for key in keys.values()):
            raise SettingFault(f"at least one key of {KEY_BYTES_MIN} bytes or more is needed")
        return Keyring(keys)

    def secret(self, purpose: str, subject: str) -> str:
        """The secret that owns *subject* for *purpose*."""
        return self._made(self._newest, purpose, subject)

    def owns(self, purpose: str, subject: str, secret: str | None) -> bool:
        """Whether *secret* is one that `secret` made, under any key still held."""
        if secret is None or not secret.isascii():
            return False
        number, _, _ = secret.partition(".")
        if not number.isdigit() or len(number) > NUMBER_DIGITS_MAX or int(number) not in self._keys:
            return False
        return hmac.compare_digest(self._made(int(number), purpose, subject), secret)

    def derived(self, purpose: str) -> bytes:
        """32 bytes for another use, from the oldest key: it must not change when keys rotate."""
        return hmac.digest(self._keys[min(self._keys)], b"derive\x00" + purpose.encode(), "sha256")

    def _made(self, number: int, purpose: str, subject: str) -> str:
        digest = hmac.digest(self._keys[number], purpose.encode() + b"\x00" + subject.encode(), "sha256")
        return f"{number}." + base64.urlsafe_b64encode(digest[:SECRET_BYTES]).decode().rstrip("=")


class SigningKeys:
    """Numbered Ed25519 keys from 32-byte seeds; the highest signs, all verify."""

    def __init__(self, seeds: Mapping[int, bytes]) -> None:
        assert seeds, "at least one signing key"
        self._private = {number: Ed25519PrivateKey.from_private_bytes(seed) for number, seed in seeds.items()}
        self.newest = max(seeds)

    @staticmethod
    def parse(text: str) -> "SigningKeys":
        """From `1:hex,2:hex` with 32 bytes each. Raises SettingFault."""
        try:
            seeds = {
                int(number): bytes.fromhex(value)
                for number, value in (part.split(":", 1) for part in text.split(",") if part)
            }
            return SigningKeys(seeds)
        except (ValueError, AssertionError) as error:
            raise SettingFault(
                "signing keys are written as number:hex of 32 bytes, with commas between"
            ) from error

    def private(self, number: int) -> Ed25519PrivateKey:
        """The key with that number. Raises KeyError."""
        return self._private[number]

    def publics(self) -> dict[int, Ed25519PublicKey]:
        """The public halves by number."""
        return {number: key.public_key() for number, key in self._private.items()}

    def sign(self, number: int, message: bytes) -> bytes:
        """64 bytes; the same each time (Ed25519 is deterministic)."""
        return self._private[number].sign(message)


def verified(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    """Whether *signature* is the key's over *message*."""
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def body_hash(body: bytes) -> str:
    """What tells whether a repeated key came with the same body."""
    return hashlib.sha256(body).hexdigest()
