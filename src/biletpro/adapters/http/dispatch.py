"""Hot routes answered before FastAPI's middleware stack is entered, which costs more than the routes themselves.

The same routes stand in FastAPI's router too, where a wrong method on their paths is answered.
"""

import re
from collections.abc import Sequence
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from biletpro.kernel.errors import Refusal

from . import problems
from .hot import HotRoute

_PARAMETER: Final = re.compile(r"\{([a-z_]+)\}")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path))


class HotDispatch:
    """Tries the hot routes of the request's method, else hands on to the application."""

    def __init__(self, app: ASGIApp, routes: Sequence[HotRoute]) -> None:
        self._app = app
        self._by_method: dict[str, list[tuple[re.Pattern[str], HotRoute]]] = {}
        for route in routes:
            self._by_method.setdefault(route.method, []).append((_pattern(route.path), route))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for pattern, route in self._by_method.get(scope.get("method", ""), ()):
            found = pattern.fullmatch(scope["path"])
            if found is not None:
                scope["path_params"] = found.groupdict()
                scope["route"] = route
                await self._answer(route, scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _answer(self, route: HotRoute, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await route.endpoint(Request(scope, receive, send))
        except Refusal as refusal:
            response = problems.of_refusal(scope, refusal)
        except ClientDisconnect:
            return
        await response(scope, receive, send)
