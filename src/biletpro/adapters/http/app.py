"""The application that a process serves: its services' routes under /api/v1, health, metrics and the document."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from biletpro.kernel.errors import Refusal

from . import problems
from .bodies import readable_body
from .dispatch import HotDispatch
from .edge import BodyRule, Edge
from .hot import HotRoute, merge

API: Final = "/api/v1"
PROBLEM_STATUSES: Final = (400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503)


def create_app(
    *,
    routers: Sequence[APIRouter],
    hot_routes: Sequence[HotRoute],
    body_rules: Sequence[BodyRule],
    version: str,
) -> tuple[ASGIApp, Callable[[], dict[str, Any]]]:
    """One ASGI application, and what makes its OpenAPI document. Hot routes stand before FastAPI's own."""
    app = FastAPI(
        title="BiletPro",
        version=version,
        openapi_url="/schema/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses={
            status: {
                "description": "A problem document",
                "content": {problems.PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for status in PROBLEM_STATUSES
        },
        redirect_slashes=False,
        dependencies=[Depends(readable_body)],
    )
    for router in routers:
        app.include_router(router)
    app.router.routes[0:0] = [route.route() for route in hot_routes]
    app.add_exception_handler(Refusal, problems.answer_refusal)
    app.add_exception_handler(RequestValidationError, problems.answer_invalid)
    app.add_exception_handler(HTTPException, problems.answer_http)
    app.add_exception_handler(ClientDisconnect, problems.answer_cut_short)
    app.add_exception_handler(Exception, problems.answer_fault)
    plain_document = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = merge(plain_document(), hot_routes)
            schema["components"]["schemas"]["Problem"] = problems.PROBLEM_SCHEMA
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
    return Edge(HotDispatch(app, hot_routes), body_rules), openapi
