"""Holds: a buyer's timed claims."""

from typing import Any
from uuid import UUID

from biletpro.contracts.sales import (
    ChangeHold,
    Hold,
    HoldExpired,
    HoldItem,
    HoldOrdered,
    HoldPlaces,
    HoldRef,
    HoldUnknown,
    Quote,
    QuoteHold,
    VoucherUnknown,
)
from biletpro.kernel.errors import Invalid
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import Nothing
from biletpro.kernel.money import Money
from biletpro.kernel.permissions import Caller

from ..domain import SaleTerms, Wish, line_of, moment, wished
from ..store import batches, holds
from .desk import Answer, Desk, Item, refusal_of

TOKEN = "hold"  # noqa: S105 - the purpose of the secret, not a secret


class HoldOperations(Desk):
    """Claim, look, change, give back."""

    async def place_hold(self, caller: Caller, request: HoldPlaces) -> Hold:
        """Claim places; priced from this process's copy of the terms, reloaded once when outdated."""
        sale = await self._terms.of(request.event_id)
        hold_id = new_id()
        for _ in range(2):
            wish = wished(sale, request.items)
            item = _item(hold_id, sale, wish)
            if caller.once is not None:
                item |= {"key": _anonymous_key(caller.once.key), "body_hash": caller.once.body_hash}
            answer = await self._hold_batches.submit(item)
            if answer["code"] != "stale_terms":
                break
            sale = await self._terms.reload(request.event_id)
        if answer["code"] == "replayed":
            return await self._read_hold(UUID(answer["id"]))
        if answer["code"] != "granted":
            raise refusal_of(answer)
        return self._granted(hold_id, sale, wish, answer)

    def _granted(self, hold_id: UUID, sale: SaleTerms, wish: Wish, answer: Answer) -> Hold:
        currency = sale.terms.currency
        stored = answer["lines"] if "lines" in answer else [line.stored() for line in wish.lines]
        return Hold.model_construct(
            id=hold_id,
            event_id=sale.terms.event_id,
            status="live",
            token=self._edges.keyring.secret(TOKEN, str(hold_id)),
            expires_at=moment(answer["expires_at"]),
            lines=[line_of(line, currency) for line in stored],
            total=Money.model_construct(amount=wish.total(), currency=currency),
        )

    def _check_token(self, hold_id: UUID, token: str) -> None:
        if not self._edges.keyring.owns(TOKEN, str(hold_id), token):
            raise HoldUnknown

    async def _read_hold(self, hold_id: UUID) -> Hold:
        async with self._database.system("a buyer reads a hold by its token") as connection:
            row = await holds.hold(connection, hold_id)
        if row is None:
            raise HoldUnknown
        return Hold(
            id=row.id,
            event_id=row.event_id,
            status=row.state,
            token=self._edges.keyring.secret(TOKEN, str(row.id)),
            expires_at=row.expires_at,
            lines=[line_of(line, row.currency) for line in row.lines],
            total=Money(amount=row.total, currency=row.currency),
        )

    async def hold(self, caller: Caller, request: HoldRef) -> Hold:
        """The hold as it is now."""
        self._check_token(request.hold_id, request.token)
        return await self._read_hold(request.hold_id)

    async def change_hold(self, caller: Caller, request: ChangeHold) -> Hold:
        """Claim other places instead; a refusal leaves the old claim as it was."""
        self._check_token(request.hold_id, request.token)
        event_id = (await self._read_hold(request.hold_id)).event_id
        answer = await self._changed(request.hold_id, await self._terms.of(event_id), request.items)
        if answer["code"] == "stale_terms":
            answer = await self._changed(request.hold_id, await self._terms.reload(event_id), request.items)
        if answer["code"] != "granted":
            raise refusal_of(answer)
        return await self._read_hold(request.hold_id)

    async def _changed(self, hold_id: UUID, sale: SaleTerms, items: list[HoldItem]) -> Answer:
        item = _item(hold_id, sale, wished(sale, items))
        async with self._database.system("a buyer changes or ends a claim by its secret") as connection:
            return await batches.change_hold(connection, hold_id, item)

    async def release_hold(self, caller: Caller, request: HoldRef) -> Nothing:
        """Give everything back now; giving back twice is the same as once."""
        self._check_token(request.hold_id, request.token)
        async with self._database.system("a buyer changes or ends a claim by its secret") as connection:
            state = await batches.release_hold(connection, request.hold_id)
        if state == "unknown":
            raise HoldUnknown
        if state == "ordered":
            raise HoldOrdered
        return Nothing()

    async def quote(self, caller: Caller, request: QuoteHold) -> Quote:
        """The hold's lines and total as an order would have them."""
        self._check_token(request.hold_id, request.token)
        if request.voucher is not None:
            raise VoucherUnknown
        hold = await self._read_hold(request.hold_id)
        if hold.status in {"released", "expired"}:
            raise HoldExpired
        return Quote(lines=hold.lines, total=hold.total)


def _anonymous_key(key: str) -> str:
    """A buyer has no account to scope a key to, so the key itself must be unguessable: a UUID."""
    try:
        return str(UUID(key))
    except ValueError as error:
        raise Invalid("a UUID, for a hold", field="Idempotency-Key") from error


def _item(hold_id: UUID, sale: SaleTerms, wish: Wish) -> Item:
    priced: list[dict[str, Any]] = [line.stored() for line in wish.lines]
    first = wish.wanted[0]
    counted = len(wish.wanted) == 1 and first.places is None and not first.best
    return {
        "category_id": str(first.category_id) if counted else None,
        "quantity": first.quantity if counted else None,
        "id": str(hold_id),
        "event_id": str(sale.terms.event_id),
        "terms_version": sale.terms.version,
        "currency": sale.terms.currency,
        "total": wish.total(),
        "priced": priced,
        "lines": [
            {
                "category_id": str(line.category_id),
                "quantity": line.quantity,
                "places": None if line.places is None else [str(place) for place in line.places],
                "best": line.best,
            }
            for line in wish.wanted
        ],
    }
