"""The pretend bank in another process, over its JSON interface."""

from typing import Final, TypeVar
from uuid import UUID

import httpx
from pydantic import TypeAdapter

from biletpro.adapters.environment import Secret
from biletpro.kernel.clock import utc_now

from .bank_site import CHARGE, CHARGE_RESULT, REFUND, REFUND_RESULT, RefundOrder
from .provider import Charge, ChargeResult, IdReused, ProviderAway, RefundResult
from .signatures import Signer

# The driver's own time-out is shorter; these keep a forgotten call from living for ever.
CALL_TIMEOUT_S: Final = 10.0
CONNECT_TIMEOUT_S: Final = 2.0

Answer = TypeVar("Answer")


class RemoteBank:
    """Keeps `Bank` by calling the bank's site at *url*."""

    def __init__(self, url: str, secret: Secret) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={
                "Authorization": f"Bearer {Signer(secret, utc_now).api_key()}",
                "Content-Type": "application/json",
            },
            timeout=httpx.Timeout(CALL_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            trust_env=False,
        )

    async def charge(self, charge: Charge) -> ChargeResult:
        """One POST."""
        return await self._call("POST", "/charges", CHARGE.dump_json(charge), CHARGE_RESULT)

    async def query(self, payment_id: UUID) -> ChargeResult:
        """One GET."""
        return await self._call("GET", f"/charges/{payment_id}", b"", CHARGE_RESULT)

    async def refund(self, refund_id: UUID, payment_id: UUID, amount: int) -> RefundResult:
        """One POST."""
        order = RefundOrder(refund_id, payment_id, amount)
        return await self._call("POST", "/refunds", REFUND.dump_json(order), REFUND_RESULT)

    async def close(self) -> None:
        """Ends the connections that are kept open."""
        await self._client.aclose()

    async def _call(self, method: str, path: str, body: bytes, kind: TypeAdapter[Answer]) -> Answer:
        try:
            response = await self._client.request(method, path, content=body)
        except httpx.TransportError as error:
            raise ProviderAway("the bank cannot be reached") from error
        if response.is_server_error:
            raise ProviderAway(f"the bank answered {response.status_code}")
        if response.status_code == httpx.codes.CONFLICT:
            raise IdReused(f"{method} {path}")
        response.raise_for_status()
        return kind.validate_json(response.content)
