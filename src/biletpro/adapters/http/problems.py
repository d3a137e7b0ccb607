"""Refusals as RFC 9457 problem documents; the only place where HTTP numbers stand."""

import json
from collections.abc import Iterable
from typing import Any, Final

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from biletpro.kernel.errors import (
    Busy,
    Conflict,
    Denied,
    Invalid,
    Locked,
    NotFound,
    Refusal,
    Stale,
    Title,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unparsable,
)

STATUS: Final[dict[str, int]] = {
    Unparsable.family: 400,
    Unauthenticated.family: 401,
    Denied.family: 403,
    NotFound.family: 404,
    Conflict.family: 409,
    Stale.family: 412,
    TooLarge.family: 413,
    Invalid.family: 422,
    Locked.family: 423,
    TooMany.family: 429,
    Busy.family: 503,
}
PROBLEM_TYPE: Final = "application/problem+json"
PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "trace_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "trace_id": {"type": "string"},
        "field": {"type": "string"},
    },
}

_PLAIN: Final[dict[int, tuple[str, Title]]] = {
    404: ("not_found", NotFound.title),
    405: ("method_not_allowed", Title("Bu adreste bu yöntem yok", "This address does not take that method")),
    415: ("unsupported_media_type", Title("İçerik türü desteklenmiyor", "The content type is not supported")),
}
UNSUPPORTED_MEDIA: Final = _PLAIN[415]
METHOD_NOT_ALLOWED: Final = 405
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
# A field may be named by the client, and is said again no longer than this.
FIELD_CHARS_MAX: Final = 200
_FAULT: Final = Title("Beklenmeyen bir hata oluştu", "Something unexpected went wrong")

log = structlog.get_logger()


def trace_id(scope: Any) -> str:
    """The id under which this request is logged."""
    found: str = scope.get("state", {}).get("trace_id", "")
    return found


def language(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """`tr` unless the first preference of Accept-Language is another language."""
    for name, value in headers:
        if name == b"accept-language":
            first = value.decode("latin-1").split(",")[0].strip().lower()
            return "tr" if first.startswith("tr") or first in {"", "*"} else "en"
    return "tr"


def document(scope: Any, status: int, code: str, title: Title, **facts: Any) -> Response:
    """A problem document; facts beside the standard members help the caller to act."""
    spoken = language(scope["headers"])
    body = {
        "type": f"urn:biletpro:problem:{code}",
        "title": title.tr if spoken == "tr" else title.en,
        "status": status,
        "code": code,
        "trace_id": trace_id(scope),
        **{key: value for key, value in facts.items() if value not in ("", None) or key == "left"},
    }
    headers = {"Cache-Control": "no-store", "Content-Language": spoken, "Vary": "Accept-Language"}
    if "retry_after_s" in facts:
        headers["Retry-After"] = str(facts["retry_after_s"])
    if status == STATUS[Unauthenticated.family]:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(body, ensure_ascii=False), status, headers, PROBLEM_TYPE)


def of_refusal(scope: Any, refusal: Refusal) -> Response:
    """The problem document of a refusal."""
    return document(
        scope, STATUS[refusal.family], refusal.code, refusal.title, detail=refusal.detail, **refusal.facts
    )


def invalid(error: ValidationError | RequestValidationError) -> Refusal:
    """What a failed validation means: unreadable, an unknown id in the path, or the first wrong field."""
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    # FastAPI says first which part of the request it means; a model alone knows of no such parts.
    part = where.pop(0) if isinstance(error, RequestValidationError) else "body"
    if first["type"] in {"json_invalid", "json_type"}:
        return Unparsable(str(first["msg"]))
    if part == "path":
        return NotFound()
    return Invalid(str(first["msg"]), field=".".join(where)[:FIELD_CHARS_MAX] or "body")


async def answer_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return of_refusal(request.scope, error)


async def answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, ValidationError | RequestValidationError)
    return of_refusal(request.scope, invalid(error))


async def answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == STATUS[Unparsable.family]:
        return of_refusal(request.scope, Unparsable(str(error.detail)))
    code, title = _PLAIN[error.status_code]
    response = document(request.scope, error.status_code, code, title)
    if error.status_code == METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(_methods_of(request))
    return response


def _methods_of(request: Request) -> list[str]:
    """What the path takes; the framework would name the first route's methods, and several share a path."""
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    ]


async def answer_cut_short(request: Request, _error: Exception) -> Response:
    """Nobody is there to read it; the metrics are."""
    return of_refusal(request.scope, Unparsable("the body ended too early"))


async def answer_fault(request: Request, error: Exception) -> Response:
    return of_fault(request.scope, error)


def of_fault(scope: Any, error: Exception) -> Response:
    """A bug: logged whole under its trace id, told to nobody."""
    log.error("request_failed", trace_id=trace_id(scope), path=scope["path"], exc_info=error)
    return document(scope, 500, "internal", _FAULT)
