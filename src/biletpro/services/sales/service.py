"""How sales is set up, and what it hands to the assembly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from biletpro.adapters.environment import setting
from biletpro.adapters.payments.provider import PaymentProvider
from biletpro.adapters.service import BuiltService, Context
from biletpro.adapters.signing import Keyring, SigningKeys
from biletpro.contracts.event import Events
from biletpro.contracts.organization import Organizations

from . import reactions, routes
from .operations import Edges, SalesOperations

GRACE_S: Final = range(60, 3_601)
BATCHES_AT_ONCE: Final = range(1, 9)


@dataclass(frozen=True, slots=True)
class Settings:
    payment_grace_s: int = setting(
        300, "how long an order lives at least once its payment has started; once an order"
    )

    batches_at_once: int = setting(
        1, "how many batches of writes a process has in the database at a time; about one for every two cores"
    )

    def __post_init__(self) -> None:
        if self.batches_at_once not in BATCHES_AT_ONCE:
            raise ValueError("BILETPRO_SALES_BATCHES_AT_ONCE must be from 1 to 8")
        if self.payment_grace_s not in GRACE_S:
            raise ValueError("BILETPRO_SALES_PAYMENT_GRACE_S must be from 60 to 3600")


def build(
    settings: Settings,
    context: Context,
    *,
    events: Events,
    organizations: Organizations,
    keyring: Keyring,
    ticket_keys: SigningKeys,
    providers: Mapping[str, PaymentProvider],
    public_url: str,
) -> BuiltService:
    """The contract `Sales`, its hot and plain routes, two readers and the clockwork."""
    operations = SalesOperations(
        Edges(
            database=context.database,
            tasks=context.tasks,
            keyring=keyring,
            ticket_keys=ticket_keys,
            providers=dict(providers),
            payment_grace_s=settings.payment_grace_s,
            batches_at_once=settings.batches_at_once,
        )
    )
    event_reader = reactions.event_reader(context.database, events, operations)
    operations.follow(event_reader)
    firm_reader = reactions.firm_reader(context.database, organizations, operations)
    clockwork = reactions.Clockwork(operations, context.database.leadership)
    return BuiltService(
        offers=operations,
        router=routes.router(operations, context.guard),
        hot_routes=routes.BuyerRoutes(operations, public_url).routes(),
        body_rules=routes.body_rules(),
        loops={
            "sales-reads-event": event_reader.run,
            "sales-reads-organization": firm_reader.run,
            "sales-heals": clockwork.heal,
            "sales-gives-back": clockwork.give_back,
            "sales-sweeps": clockwork.sweep,
            "sales-purges": clockwork.purge,
        },
        closers=(operations.close,),
    )
