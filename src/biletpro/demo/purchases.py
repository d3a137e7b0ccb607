"""The demo's first buyers: paid orders, so that its firms have something to look at."""

from typing import Final
from uuid import UUID

from biletpro.adapters.payments import cards
from biletpro.contracts.sales import (
    Buyer,
    CardBody,
    HoldItem,
    HoldPlaces,
    ListOrders,
    OrderBody,
    PaymentBody,
    PlaceOrder,
    Sales,
    StartPayment,
)
from biletpro.kernel.ids import new_id
from biletpro.kernel.permissions import ANONYMOUS, Caller, Once

BUYERS: Final = (
    "Ayşe Yılmaz",
    "Mehmet Öztürk",
    "Zeynep Kaya",
    "Çağlar Güneş",
    "Şule Demirci",
    "Ömer Faruk Aslan",
    "Iraz Ilgın",
    "İsmail Işık",
    "Gülşah Tuğrul",
    "Kerem Bozkurt",
)
PROVIDER: Final = "sandbox"
CARD: Final = CardBody(number=cards.SUCCEEDS, expiry="12/40", cvc="123")


async def has_sold(sales: Sales, owner: Caller, organization_id: UUID) -> bool:
    """Whether the firm has any order."""
    page = await sales.firm_orders(owner, ListOrders(organization_id=organization_id, limit=1))
    return bool(page.items)


async def buy_some(sales: Sales, event_id: UUID, category_id: UUID, *, numbered: bool, own_url: str) -> None:
    """Every buyer takes a few places of this category: one, two, three and again."""
    for n, name in enumerate(BUYERS):
        wanted = HoldItem(category_id=category_id, quantity=1 + n % 3, best_available=numbered)
        hold = await sales.place_hold(ANONYMOUS, HoldPlaces(event_id=event_id, items=[wanted]))
        buyer = Buyer(name=name, email=f"alici{n + 1}@biletpro.example")
        order = await sales.place_order(
            _first_time("order"), PlaceOrder(token=hold.token, body=OrderBody(hold_id=hold.id, buyer=buyer))
        )
        await sales.start_payment(
            _first_time("payment"),
            StartPayment(
                code=order.code,
                secret=order.secret,
                body=PaymentBody(provider=PROVIDER, card=CARD),
                callback_base=own_url,
            ),
        )


def _first_time(route: str) -> Caller:
    key = str(new_id())
    return ANONYMOUS.model_copy(update={"once": Once(route=route, key=key, body_hash=key)})
