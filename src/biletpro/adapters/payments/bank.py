"""The books of the pretend bank: charges, decisions of card holders, refunds.

Everything is in memory (about half a kilobyte a charge, never forgotten: it is a bank for tests,
demonstrations and load runs) and, where a journal is given, on file before it is answered. The journal knows
the script of a card, never its number. One event loop uses a bank, so nothing here locks.
"""

import asyncio
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from biletpro.adapters.environment import Secret
from biletpro.kernel.clock import Clock, utc_now

from .cards import BY_NAME, DENIED_REASON, Script, script_of
from .journal import Journal
from .provider import Charge, ChargeResult, IdReused, RefundResult
from .signatures import Signer

# Longer than any caller waits (sandbox.CHARGE_TIMEOUT_S), short enough for an orderly stop.
HANG_S: Final = 15.0


@dataclass(slots=True)
class Booked:
    """One charge in the books. `approved` is None until the card holder has decided."""

    order_code: str
    amount: int
    currency: str
    script: Script
    callback_url: str
    approved: bool | None = None
    refunded: int = 0

    def succeeded(self) -> bool:
        """Whether the bank holds the money."""
        return self.script.refused is None and (not self.script.asks_person or self.approved is True)


@dataclass(frozen=True, slots=True)
class _Refund:
    payment_id: UUID
    amount: int
    granted: bool


class SandboxBank:
    """Keeps `Bank` in this process. `public_url` is where its site is reached by browsers."""

    def __init__(
        self,
        public_url: str,
        secret: Secret,
        *,
        journal: Path | None,
        clock: Clock = utc_now,
        hang_s: float = HANG_S,
    ) -> None:
        self._public_url = public_url.rstrip("/")
        self._signer = Signer(secret, clock)
        self._clock = clock
        self._hang_s = hang_s
        self._charges: dict[UUID, Booked] = {}
        self._refunds: dict[UUID, _Refund] = {}
        self._journal = Journal(journal) if journal is not None else None
        if self._journal is not None:
            for entry in self._journal.replay():
                self._read(entry)

    async def charge(self, charge: Charge) -> ChargeResult:
        """Answers the scripted time-out card after `hang_s`, with the money taken; its repeat at once."""
        assert charge.amount > 0, "nobody is charged nothing"
        known = self._charges.get(charge.payment_id)
        if known is not None:
            if (known.amount, known.currency, known.order_code) != (
                charge.amount,
                charge.currency,
                charge.order_code,
            ):
                raise IdReused(f"payment {charge.payment_id} was charged with other facts")
            return self._result(charge.payment_id, known)
        script = script_of(charge.card, self._clock().date())
        self._write(
            {
                "charge": charge.payment_id.hex,
                "order": charge.order_code,
                "amount": charge.amount,
                "currency": charge.currency,
                "script": script.name,
                "callback": charge.callback_url,
            }
        )
        booked = Booked(charge.order_code, charge.amount, charge.currency, script, charge.callback_url)
        self._charges[charge.payment_id] = booked
        if script.hangs:
            await asyncio.sleep(self._hang_s)
        return self._result(charge.payment_id, booked)

    async def query(self, payment_id: UUID) -> ChargeResult:
        """From memory."""
        booked = self._charges.get(payment_id)
        return ChargeResult("unknown", "") if booked is None else self._result(payment_id, booked)

    async def refund(self, refund_id: UUID, payment_id: UUID, amount: int) -> RefundResult:
        """Settles at once: the sandbox never leaves a refund pending."""
        assert amount > 0, "nobody is given back nothing"
        refund = self._refunds.get(refund_id)
        if refund is None:
            booked = self._charges.get(payment_id)
            granted = booked is not None and booked.succeeded() and booked.refunded + amount <= booked.amount
            refund = _Refund(payment_id, amount, granted)
            self._write(
                {"refund": refund_id.hex, "charge_id": payment_id.hex, "amount": amount, "granted": granted}
            )
            self._book_refund(refund_id, refund)
        elif (refund.payment_id, refund.amount) != (payment_id, amount):
            raise IdReused(f"refund {refund_id} was asked for with other facts")
        return RefundResult("succeeded" if refund.granted else "refused", f"sandbox-refund-{refund_id.hex}")

    def awaiting(self, payment_id: UUID, token: str) -> Booked | None:
        """The charge behind the address of a 3-D Secure page, decided or not; None for a wrong address."""
        booked = self._charges.get(payment_id)
        if booked is None or not booked.script.asks_person:
            return None
        expected = self._signer.page_token(payment_id)
        return booked if hmac.compare_digest(expected.encode(), token.encode()) else None

    def decide(self, payment_id: UUID, *, approved: bool) -> bool:
        """Book what the card holder said; the first word stands. Whether this was the first."""
        booked = self._charges[payment_id]
        assert booked.script.asks_person, "this card asks nobody"
        if booked.approved is not None:
            return False
        self._write({"decision": payment_id.hex, "approved": approved})
        booked.approved = approved
        return True

    def close(self) -> None:
        """Lets another process take the journal."""
        if self._journal is not None:
            self._journal.close()

    def _result(self, payment_id: UUID, booked: Booked) -> ChargeResult:
        reference = f"sandbox-{payment_id.hex}"
        script = booked.script
        if script.refused is not None:
            return ChargeResult("refused", reference, reason=script.refused)
        if not script.asks_person or booked.approved:
            return ChargeResult("succeeded", reference)
        if booked.approved is None:
            page = f"{self._public_url}/3ds/{payment_id}/{self._signer.page_token(payment_id)}"
            return ChargeResult("pending", reference, redirect_url=page)
        return ChargeResult("refused", reference, reason=DENIED_REASON)

    def _write(self, entry: dict[str, Any]) -> None:
        if self._journal is not None:
            self._journal.append(entry)

    def _read(self, entry: dict[str, Any]) -> None:
        match entry:
            case {"charge": key}:
                self._charges[UUID(hex=key)] = Booked(
                    entry["order"],
                    entry["amount"],
                    entry["currency"],
                    BY_NAME[entry["script"]],
                    entry["callback"],
                )
            case {"decision": key}:
                self._charges[UUID(hex=key)].approved = entry["approved"]
            case {"refund": key}:
                refund = _Refund(UUID(hex=entry["charge_id"]), entry["amount"], entry["granted"])
                self._book_refund(UUID(hex=key), refund)
            case _:
                raise AssertionError("an entry that no release has written")

    def _book_refund(self, refund_id: UUID, refund: _Refund) -> None:
        self._refunds[refund_id] = refund
        if refund.granted:
            self._charges[refund.payment_id].refunded += refund.amount
