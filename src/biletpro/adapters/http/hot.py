"""Hot endpoints: plain Starlette routes at the head of the router, and their part of the OpenAPI document."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from biletpro.kernel.errors import NotFound

from .bodies import readable
from .problems import PROBLEM_TYPE, invalid

NOT_STORED: Final = {"Cache-Control": "no-store"}
REF_TEMPLATE: Final = "#/components/schemas/{model}"

Endpoint = Callable[[Request], Awaitable[Response]]
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A header or query parameter of a hot route, for the document."""

    name: str
    place: str
    meaning: str
    schema: dict[str, Any]
    required: bool = False


@dataclass(frozen=True, slots=True)
class HotRoute:
    """A route outside FastAPI, with what the OpenAPI document says of it."""

    method: str
    path: str
    endpoint: Endpoint
    summary: str
    answer: type[BaseModel] | None
    status: int = 200
    body: type[BaseModel] | None = None
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[int, ...] = (400, 404, 409, 413, 415, 422, 429, 503)

    def route(self) -> Route:
        """The Starlette route, which also leaves its template for the metrics."""
        found = _TemplatedRoute(self.path, self.endpoint, methods=[self.method])
        found.methods = {self.method}
        return found


class _TemplatedRoute(Route):
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self
        await super().handle(scope, receive, send)


async def parsed(request: Request, kind: type[Body]) -> Body:
    """The body as *kind*. Raises Unparsable or Invalid, naming the field."""
    try:
        return kind.model_validate(readable(await request.body()))
    except ValidationError as error:
        raise invalid(error) from error


def path_id(request: Request, name: str) -> UUID:
    """A UUID in the path; anything else is as unknown as an unknown one. Raises NotFound."""
    try:
        return UUID(request.path_params[name])
    except ValueError as error:
        raise NotFound from error


def rendered(answer: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """*answer* as JSON; private answers are never stored by a cache."""
    return Response(
        answer.model_dump_json(exclude_none=False),
        status,
        {**NOT_STORED, **(headers if headers is not None else {})},
        "application/json",
    )


def rendered_json(body: str, status: int = 200) -> Response:
    """JSON that is ready made; private, so no cache keeps it."""
    return Response(body, status, NOT_STORED, "application/json")


def merge(schema: dict[str, Any], routes: Sequence[HotRoute]) -> dict[str, Any]:
    """The OpenAPI document with the hot routes' paths and models in it."""
    bodies = {route.body for route in routes if route.body is not None}
    answers = {route.answer for route in routes if route.answer is not None}
    _, definitions = models_json_schema(
        [(model, "validation") for model in sorted(bodies, key=lambda m: m.__name__)]
        + [(model, "serialization") for model in sorted(answers - bodies, key=lambda m: m.__name__)],
        ref_template=REF_TEMPLATE,
    )
    schema.setdefault("components", {}).setdefault("schemas", {}).update(definitions.get("$defs", {}))
    for route in routes:
        operations = schema["paths"].setdefault(route.path, {})
        operations[route.method.lower()] = _operation(route)
    return schema


def _operation(route: HotRoute) -> dict[str, Any]:
    named = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in named
    ] + [
        {
            "name": parameter.name,
            "in": parameter.place,
            "required": parameter.required,
            "description": parameter.meaning,
            "schema": parameter.schema,
        }
        for parameter in route.parameters
    ]
    responses: dict[str, Any] = {
        str(status): {
            "description": "A problem document",
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in route.refusals
    }
    done: dict[str, Any] = {"description": "Done"}
    if route.answer is not None:
        schema = {"$ref": REF_TEMPLATE.format(model=route.answer.__name__)}
        done["content"] = {"application/json": {"schema": schema}}
    operation = {
        "summary": route.summary,
        "operationId": f"{route.method.lower()}_{route.path}".replace("/", "_")
        .replace("{", "")
        .replace("}", ""),
        "parameters": parameters,
        "responses": {str(route.status): done, **responses},
    }
    if route.body is not None:
        schema = {"$ref": REF_TEMPLATE.format(model=route.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation
