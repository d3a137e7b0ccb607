"""Payments: intent stored -> provider called -> outcome stored; whatever is cut off in between heals by asking."""

from typing import Final
from uuid import UUID

from biletpro.adapters import telemetry
from biletpro.adapters.payments.provider import Card, Charge, ChargeResult, PaymentProvider, ProviderAway
from biletpro.contracts.sales import (
    NoticeTaken,
    OrderRef,
    OrderUnknown,
    Payment,
    PaymentNotice,
    PaymentRef,
    ProviderUnknown,
    StartPayment,
)
from biletpro.kernel.errors import NotFound
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import Caller

from ..domain import next_ask_s, record_name
from ..store import payments
from . import rendering
from .desk import item_of, refusal_of
from .orders import FREE, OrderOperations, required_once

# A provider that has not answered by then is asked; it must be longer than a call to it may take.
ASK_AFTER_S: Final = 8
# Only a provider that has had time to hear of a payment can say that it never did.
UNHEARD_AFTER_S: Final = 30
GIVEN_UP_AFTER_S: Final = 24 * 3_600
# Refusals of ours, not of the provider: its later word counts more (sales.settle_payments_v1 knows them too).
NEVER_RECEIVED: Final = "never_received"
ABANDONED: Final = "abandoned"
FAILED_ASK_RETRY_S: Final = 60.0
PAYMENTS_PER_ROUND: Final = 50
REFUNDS_PER_ROUND: Final = 20
REFUND_RETRY_S: Final = 15.0

log = telemetry.logger()


class PaymentOperations(OrderOperations):
    """Start payments, take callbacks, ask silent providers, give money back."""

    async def start_payment(self, caller: Caller, request: StartPayment) -> Payment:
        """Store the intent, call the provider, store the outcome."""
        return Payment.model_validate_json(await self.start_payment_json(caller, request))

    async def start_payment_json(self, caller: Caller, request: StartPayment) -> str:
        """See start_payment."""
        self._check_secret(OrderRef(code=request.code, secret=request.secret))
        provider = self._provider(request.body.provider)
        once = required_once(caller)
        payment_id = new_id()
        answer = await self._intent_batches.submit(
            item_of(
                {
                    "id": str(payment_id),
                    "order_code": request.code,
                    "provider": provider.name,
                    "return_url": request.body.return_url,
                    "record": record_name("POST /orders/{code}/payments", request.code, once.key),
                    "body_hash": once.body_hash,
                    "grace_seconds": self._edges.payment_grace_s,
                    "ask_after_seconds": ASK_AFTER_S,
                }
            )
        )
        if answer["code"] == "replayed":
            return _payment_json(await self._stored_payment(UUID(answer["id"])))
        if answer["code"] != "granted":
            raise refusal_of(answer)
        card = request.body.card
        charge = Charge(
            payment_id=payment_id,
            order_code=request.code,
            amount=answer["amount"],
            currency=answer["currency"],
            card=None if card is None else Card(number=card.number, expiry=card.expiry, cvc=card.cvc),
            callback_url=f"{request.callback_base}/api/v1/payments/{provider.name}/callback",
        )
        try:
            result = await provider.charge(charge)
        except ProviderAway as error:
            log.warning("provider_away", provider=provider.name, payment_id=str(payment_id), error=str(error))
            return rendering.payment(payment_id, "pending", None, None)
        order_id = UUID(answer["order_id"])
        if result.redirect_url is not None:
            async with self._database.system("settling what a provider says") as connection:
                await payments.keep_redirect(connection, order_id, payment_id, result.redirect_url)
        return await self._settle(payment_id, order_id, result)

    def _provider(self, name: str) -> PaymentProvider:
        provider = self._edges.providers.get(name)
        if provider is None:
            raise ProviderUnknown(field="provider")
        return provider

    async def _settle(self, payment_id: UUID, order_id: UUID, result: ChargeResult) -> str:
        if result.status not in {"succeeded", "refused"}:
            return rendering.payment(payment_id, "pending", result.redirect_url, None)
        answer = await self._outcome_batches.submit(
            item_of(
                {
                    "payment_id": str(payment_id),
                    "order_id": str(order_id),
                    "outcome": result.status,
                    "reason": result.reason,
                    "key_number": self._edges.ticket_keys.newest,
                }
            )
        )
        if answer["code"] != "settled":
            raise refusal_of(answer)
        return rendering.payment(payment_id, answer["status"], None, answer["reason"])

    async def payment(self, caller: Caller, request: PaymentRef) -> Payment:
        """The payment as it stands. Raises OrderUnknown also for a payment of another order."""
        self._check_secret(OrderRef(code=request.code, secret=request.secret))
        async with self._database.system("settling what a provider says") as connection:
            row = await payments.payment(connection, request.payment_id)
        order = await self._row_by_code(request.code)
        if row is None or row.order_id != order.id:
            raise OrderUnknown
        return Payment.model_validate_json(_payment_json(row))

    async def _stored_payment(self, payment_id: UUID) -> payments.PaymentRow:
        async with self._database.system("settling what a provider says") as connection:
            row = await payments.payment(connection, payment_id)
        assert row is not None, "an idempotency record names a payment that is stored with it"
        return row

    async def take_notice(self, caller: Caller, request: PaymentNotice) -> NoticeTaken:
        """A provider's callback: authenticated, then the provider itself is asked what is true."""
        provider = self._edges.providers.get(request.provider)
        if provider is None:
            raise NotFound("no such provider")
        notice = provider.notice(request.content_type, request.body, request.signature)
        async with self._database.system("settling what a provider says") as connection:
            row = await payments.payment(connection, notice.payment_id)
        if row is None or row.provider != provider.name:
            raise NotFound("no such payment")
        if row.status == "pending" or row.reason in {NEVER_RECEIVED, ABANDONED}:
            await self._ask(row)
        return NoticeTaken(return_url=row.return_url if notice.from_browser else None)

    async def _ask(self, row: payments.PaymentRow) -> None:
        try:
            result = await self._answer_of(row)
        except ProviderAway as error:
            # Silence says nothing about the money, however long it lasts.
            log.warning("provider_away", provider=row.provider, payment_id=str(row.id), error=str(error))
            await self._ask_later(row.id, next_ask_s(row.age_s))
            return
        if result.status == "unknown" and row.age_s >= UNHEARD_AFTER_S:
            result = ChargeResult(status="refused", reference=result.reference, reason=NEVER_RECEIVED)
        elif result.status == "pending" and row.age_s > GIVEN_UP_AFTER_S:
            result = ChargeResult(status="refused", reference=result.reference, reason=ABANDONED)
        if result.status in {"pending", "unknown"}:
            await self._ask_later(row.id, next_ask_s(row.age_s))
        else:
            await self._settle(row.id, row.order_id, result)

    async def _ask_later(self, payment_id: UUID, seconds: float) -> None:
        async with self._database.system("settling what a provider says") as connection:
            await payments.ask_later(connection, payment_id, seconds)

    async def _answer_of(self, row: payments.PaymentRow) -> ChargeResult:
        if row.provider == FREE:
            return ChargeResult(status="succeeded", reference=FREE)
        return await self._provider(row.provider).query(row.id)

    async def ask_silent_providers(self) -> int:
        """Heal payments whose outcome was lost; how many were asked about."""
        async with self._database.system("settling what a provider says") as connection:
            due = await payments.payments_to_ask(connection, PAYMENTS_PER_ROUND)
        for payment_id in due:
            async with self._database.system("settling what a provider says") as connection:
                row = await payments.payment(connection, payment_id)
            assert row is not None, "a reference names a payment that is stored with it"
            try:
                await self._ask(row)
            # tidy: allow blind-except - one payment that cannot be asked about must not stand before all others
            except Exception:
                log.exception("payment_not_asked", payment_id=str(payment_id))
                await self._ask_later(payment_id, FAILED_ASK_RETRY_S)
        return len(due)

    async def give_money_back(self) -> int:
        """Tell the providers about refunds that are due; how many were told."""
        async with self._database.system("settling what a provider says") as connection:
            due = await payments.refunds_due(connection, REFUNDS_PER_ROUND)
        for refund in due:
            try:
                result = await self._provider(refund.provider).refund(
                    refund.id, refund.payment_id, refund.amount
                )
                status = result.status
            # tidy: allow blind-except - one refund that cannot be made must not stand before all others
            except Exception:
                log.exception("refund_not_made", refund_id=str(refund.id))
                status = "pending"
            async with self._database.system("settling what a provider says") as connection:
                if status == "succeeded":
                    await payments.refund_made(connection, refund)
                elif status == "refused":
                    log.error("refund_refused", refund_id=str(refund.id), order_id=str(refund.order_id))
                    await payments.refund_refused(connection, refund)
                else:
                    await payments.refund_later(connection, refund, REFUND_RETRY_S)
        return len(due)


def _payment_json(row: payments.PaymentRow) -> str:
    open_redirect = row.redirect_url if row.status == "pending" else None
    return rendering.payment(row.id, row.status, open_redirect, row.reason)
