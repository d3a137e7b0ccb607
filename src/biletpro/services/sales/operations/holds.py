"""Holds: a buyer's timed claims."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
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
from biletpro.kernel.errors import Busy, Invalid
from biletpro.kernel.ids import new_id
from biletpro.kernel.messages import Nothing, rfc3339
from biletpro.kernel.permissions import Caller

from ..domain import SaleTerms, Wish, wished
from ..store import batches, holds
from . import rendering
from .desk import Answer, Desk, Item, refusal_of

TOKEN = "hold"  # noqa: S105 - the purpose of the secret, not a secret

# Wishes of counted places come again with every buyer; a wish of chosen seats comes once and soon falls out.
WISHES_REMEMBERED: Final = 1_024


class HoldOperations(Desk):
    """Claim, look, change, give back."""

    async def place_hold(self, caller: Caller, request: HoldPlaces) -> Hold:
        """Claim places."""
        return Hold.model_validate_json(await self.place_hold_json(caller, request))

    async def place_hold_json(self, caller: Caller, request: HoldPlaces) -> str:
        """Priced from this process's copy of the terms, which is reloaded once when it is outdated."""
        sale = await self._terms.of(request.event_id)
        hold_id = str(new_id())
        key = None if caller.once is None else _anonymous_key(caller.once.key)
        body_hash = None if caller.once is None else caller.once.body_hash
        for _ in range(2):
            wish = wished(sale, request.items)
            answer = await self._hold_batches.submit(_item(hold_id, sale, wish, key, body_hash))
            if answer["code"] != "stale_terms":
                break
            sale = await self._terms.reload(request.event_id)
        if answer["code"] == "stale_terms":
            raise Busy("the terms of this event change just now")
        if answer["code"] == "replayed":
            return await self._hold_json(UUID(answer["id"]))
        if answer["code"] != "granted":
            raise refusal_of(answer)
        currency = sale.terms.currency
        return rendering.hold(
            hold_id=hold_id,
            event_id=sale.terms.event_id,
            status="live",
            token=self._edges.keyring.secret(TOKEN, hold_id),
            expires_at=rendering.moment(answer["expires_at"]),
            lines_json=rendering.lines(answer["lines"], currency)
            if "lines" in answer
            else _prepared(sale, wish).lines_json,
            total=rendering.money(wish.total, currency),
        )

    def _check_token(self, hold_id: UUID, token: str) -> None:
        if not self._edges.keyring.owns(TOKEN, str(hold_id), token):
            raise HoldUnknown

    async def _row(self, hold_id: UUID) -> holds.HoldRow:
        async with self._database.system("a buyer reads a hold by its token") as connection:
            row = await holds.hold(connection, hold_id)
        if row is None:
            raise HoldUnknown
        return row

    async def _hold_json(self, hold_id: UUID) -> str:
        row = await self._row(hold_id)
        return rendering.hold(
            hold_id=row.id,
            event_id=row.event_id,
            status=row.state,
            token=self._edges.keyring.secret(TOKEN, str(row.id)),
            expires_at=f'"{rfc3339(row.expires_at)}"',
            lines_json=rendering.lines(row.lines, row.currency),
            total=rendering.money(row.total, row.currency),
        )

    async def hold(self, caller: Caller, request: HoldRef) -> Hold:
        """The hold as it is now."""
        self._check_token(request.hold_id, request.token)
        return Hold.model_validate_json(await self._hold_json(request.hold_id))

    async def change_hold(self, caller: Caller, request: ChangeHold) -> Hold:
        """Claim other places instead; a refusal leaves the old claim as it was."""
        self._check_token(request.hold_id, request.token)
        event_id = (await self._row(request.hold_id)).event_id
        answer = await self._changed(request.hold_id, await self._terms.of(event_id), request.items)
        if answer["code"] == "stale_terms":
            answer = await self._changed(request.hold_id, await self._terms.reload(event_id), request.items)
        if answer["code"] == "stale_terms":
            raise Busy("the terms of this event change just now")
        if answer["code"] != "granted":
            raise refusal_of(answer)
        return Hold.model_validate_json(await self._hold_json(request.hold_id))

    async def _changed(self, hold_id: UUID, sale: SaleTerms, items: list[HoldItem]) -> Answer:
        item = _item(str(hold_id), sale, wished(sale, items), None, None)
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
        hold = Hold.model_validate_json(await self._hold_json(request.hold_id))
        if hold.status in {"released", "expired"}:
            raise HoldExpired
        return Quote(lines=hold.lines, total=hold.total)


def _anonymous_key(key: str) -> str:
    """A buyer has no account to scope a key to, so the key itself must be unguessable: a UUID."""
    try:
        return str(UUID(key))
    except ValueError as error:
        raise Invalid("a UUID, for a hold", field="Idempotency-Key") from error


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A wish as the batch and the answer want it; the part that is the same for every hold of it."""

    item_tail: str
    lines_json: str


@lru_cache(WISHES_REMEMBERED)
def _prepared(sale: SaleTerms, wish: Wish) -> _Prepared:
    stored = [line.stored() for line in wish.lines]
    first = wish.wanted[0]
    counted = len(wish.wanted) == 1 and first.places is None and not first.best
    tail = {
        "event_id": str(sale.terms.event_id),
        "terms_version": sale.terms.version,
        "currency": sale.terms.currency,
        "total": wish.total,
        "priced": stored,
        "category_id": str(first.category_id) if counted else None,
        "quantity": first.quantity if counted else None,
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
    return _Prepared(json.dumps(tail)[1:], rendering.lines(stored, sale.terms.currency))


def _item(hold_id: str, sale: SaleTerms, wish: Wish, key: str | None, body_hash: str | None) -> Item:
    repeat = "" if key is None else f'"key":"{key}","body_hash":"{body_hash}",'
    return f'"id":"{hold_id}",{repeat}{_prepared(sale, wish).item_tail}'
