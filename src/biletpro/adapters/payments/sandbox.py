"""The driver of the pretend bank."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

from biletpro.adapters.environment import Secret
from biletpro.kernel.clock import Clock, utc_now
from biletpro.kernel.errors import Invalid

from .provider import Bank, Charge, ChargeResult, Notice, ProviderAway, RefundResult
from .signatures import Signer, return_message

CHARGE_TIMEOUT_S: Final = 5.0
FORM_TYPE: Final = "application/x-www-form-urlencoded"
JSON_TYPE: Final = "application/json"

Answer = TypeVar("Answer")


class SandboxProvider:
    """Keeps `PaymentProvider` over a bank in this process or in another."""

    name: str = "sandbox"

    def __init__(
        self,
        bank: Bank,
        secret: Secret,
        *,
        clock: Clock = utc_now,
        charge_timeout_s: float = CHARGE_TIMEOUT_S,
    ) -> None:
        self._bank = bank
        self._signer = Signer(secret, clock)
        self._charge_timeout_s = charge_timeout_s

    async def charge(self, charge: Charge) -> ChargeResult:
        """Waits `charge_timeout_s` at most."""
        return await self._answered(self._bank.charge(charge))

    async def query(self, payment_id: UUID) -> ChargeResult:
        """Waits as long as `charge` does."""
        return await self._answered(self._bank.query(payment_id))

    async def refund(self, refund_id: UUID, payment_id: UUID, amount: int) -> RefundResult:
        """Waits as long as `charge` does."""
        return await self._answered(self._bank.refund(refund_id, payment_id, amount))

    def notice(self, content_type: str, body: bytes, signature: str | None) -> Notice:
        """The bank's own call is JSON signed in a header; the browser's return a form signed in a field."""
        kind = content_type.partition(";")[0].strip().lower()
        if kind == JSON_TYPE:
            payment_id, signed, from_browser = _json_payment_id(body), body, False
        elif kind == FORM_TYPE:
            payment_id, signature = _form_fields(body)
            signed, from_browser = return_message(payment_id), True
        else:
            raise Invalid("the bank calls back with JSON or a form", field="content_type")
        if not self._signer.is_signed(signed, signature):
            raise Invalid("the bank has not signed this", field="signature")
        return Notice(payment_id, from_browser)

    async def _answered(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            async with asyncio.timeout(self._charge_timeout_s):
                return await work
        except OSError as error:
            # A TimeoutError is one; another is a journal on a full disk: as unknown as a bank that is away.
            raise ProviderAway("the bank has not answered") from error


def _json_payment_id(body: bytes) -> UUID:
    try:
        return UUID(json.loads(body)["payment_id"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("the notice cannot be read", field="body") from error


def _form_fields(body: bytes) -> tuple[UUID, str]:
    try:
        fields = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=10)
        return UUID(fields["payment_id"][0]), fields["signature"][0]
    except (ValueError, KeyError) as error:
        raise Invalid("the notice cannot be read", field="body") from error
