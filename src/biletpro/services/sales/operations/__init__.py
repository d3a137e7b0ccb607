"""The contract of sales kept, by noun."""

from biletpro.adapters.outbox import Reader
from biletpro.contracts.sales import CaughtUp
from biletpro.kernel.messages import Nothing
from biletpro.kernel.permissions import Caller

from .availability import AvailabilityOperations
from .desk import Edges
from .firm import FirmOperations
from .holds import HoldOperations
from .payments import PaymentOperations
from .stock import StockOperations
from .upkeep import UpkeepOperations

__all__ = ["Edges", "SalesOperations"]


class SalesOperations(
    HoldOperations,
    PaymentOperations,
    AvailabilityOperations,
    FirmOperations,
    StockOperations,
    UpkeepOperations,
):
    """Everything that sales promises."""

    def __init__(self, edges: Edges) -> None:
        super().__init__(edges)
        self._event_reader: Reader | None = None

    def follow(self, event_reader: Reader) -> None:
        """The reader whose progress `caught_up` waits for."""
        self._event_reader = event_reader

    async def caught_up(self, caller: Caller, request: CaughtUp) -> Nothing:
        """Wait until the event service's feed has been applied up to here."""
        assert self._event_reader is not None, "the reader is made with the service"
        await self._event_reader.passed(request.position)
        return Nothing()
