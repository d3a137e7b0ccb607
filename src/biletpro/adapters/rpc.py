"""Calls between services in different processes: HTTP and pydantic, with no code per method.

`POST /<service>/rpc/<method>` carries the caller's principal and the request; the answer is the contract's message,
or a refusal that is raised again on the other side as what it was. It has a port of its own and asks for a service
token.
"""

import inspect
import json
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast, get_type_hints

import httpx
import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import TypeForm

from biletpro.kernel.errors import Busy, Refusal, decode, encode
from biletpro.kernel.messages import Message
from biletpro.kernel.permissions import Caller

from .environment import Secret

TOKEN_LIFETIME_S: Final = 60
CALL_TIMEOUT_S: Final = 5.0
ALGORITHM: Final = "HS256"
REFUSED_STATUS: Final = 460  # ours alone: no proxy or server makes it, so a refusal is never guessed at

Contract = TypeVar("Contract")


def service_token(secret: Secret, audience: str) -> str:
    """Proof, for a minute, that the call comes from one of us."""
    claims = {
        "aud": audience,
        "exp": int(time.time()) + TOKEN_LIFETIME_S,
    }  # tidy: allow wall-clock - a JWT's exp
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def promises(contract: Any) -> dict[str, tuple[type[Message], type[Message]]]:
    """Each method of a contract with the types of its request and its answer."""
    found = {}
    for name, method in inspect.getmembers(contract, inspect.isfunction):
        if not name.startswith("_"):
            hints = get_type_hints(method)
            found[name] = (hints["request"], hints["return"])
    return found


def expose(contract: Any, implementation: object, secret: Secret, audience: str) -> Starlette:
    """An application that answers every promise of *contract* by calling *implementation*."""
    kinds = promises(contract)

    async def call(request: Request) -> Response:
        credential = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            jwt.decode(credential, secret, algorithms=[ALGORITHM], audience=audience)
        except jwt.InvalidTokenError:
            return JSONResponse({}, 401)
        name = request.path_params["method"]
        if name not in kinds:
            return JSONResponse({}, 404)
        body = json.loads(await request.body())
        try:
            answer = await getattr(implementation, name)(
                Caller.model_validate(body["caller"]),
                kinds[name][0].model_validate(body["request"]),
            )
        except Refusal as refusal:
            return JSONResponse(encode(refusal), REFUSED_STATUS)
        return Response(answer.model_dump_json(), media_type="application/json")

    return Starlette(routes=[Route(f"/{audience}/rpc/{{method}}", call, methods=["POST"])])


def client_for(address: str) -> httpx.AsyncClient:
    """A client of the process at *address*; close it when the process stops."""
    return httpx.AsyncClient(base_url=address, timeout=CALL_TIMEOUT_S)


def connect(
    contract: TypeForm[Contract], client: httpx.AsyncClient, secret: Secret, audience: str
) -> Contract:
    """Something that keeps *contract* by calling the process behind *client*. Its calls raise Busy when it is away."""
    kinds = promises(contract)
    return cast(Contract, _Remote(kinds, client, lambda: service_token(secret, audience), audience))


class _Remote:
    def __init__(
        self,
        kinds: dict[str, tuple[type[Message], type[Message]]],
        client: httpx.AsyncClient,
        token: Callable[[], str],
        audience: str,
    ) -> None:
        self._audience = audience
        self._kinds = kinds
        self._client = client
        self._token = token

    def __getattr__(self, name: str) -> Any:
        if name not in self._kinds:
            raise AttributeError(name)
        answer_kind = self._kinds[name][1]

        async def call(caller: Caller, request: Message) -> Message:
            body = {"caller": caller.model_dump(mode="json"), "request": request.model_dump(mode="json")}
            try:
                response = await self._client.post(
                    f"/{self._audience}/rpc/{name}",
                    json=body,
                    headers={"Authorization": f"Bearer {self._token()}"},
                    timeout=CALL_TIMEOUT_S,
                )
            except httpx.TransportError as error:
                raise Busy(f"{name}: the service cannot be reached") from error
            if response.status_code == REFUSED_STATUS:
                raise decode(response.json())
            response.raise_for_status()
            return answer_kind.model_validate_json(response.content)

        return call
