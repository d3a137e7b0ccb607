"""The OpenAPI document: valid, whole, and telling what the routes do."""

import re
from typing import Any, Final

import jsonschema_rs
import pytest
from schemathesis.specs.openapi import definitions

from biletpro.adapters.http.hot import HotRoute
from tests.api.operations import Operation
from tests.api.stage import PROBLEM_TYPE, Stage

# What design says of the services that this release has; clients and black-box checks rely on it.
PROMISED: Final = (
    "POST /auth/users",
    "POST /auth/sessions",
    "POST /auth/sessions/refresh",
    "POST /auth/sessions/switch",
    "GET /auth/sessions",
    "DELETE /auth/sessions/{}",
    "GET /auth/me",
    "PATCH /auth/me",
    "POST /auth/password",
    "POST /organizations",
    "GET /organizations/{}",
    "PATCH /organizations/{}",
    "GET /organizations/{}/members",
    "POST /organizations/{}/members",
    "PATCH /organizations/{}/members/{}",
    "DELETE /organizations/{}/members/{}",
    "POST /invitations/{}/accept",
    "GET /organizations/{}/api-keys",
    "POST /organizations/{}/api-keys",
    "DELETE /organizations/{}/api-keys/{}",
    "GET /organizations/{}/audit-log",
    "GET /platform/organizations",
    "POST /platform/organizations",
    "POST /platform/organizations/{}/suspend",
    "POST /platform/organizations/{}/resume",
    "POST /organizations/{}/events",
    "GET /organizations/{}/events",
    "GET /organizations/{}/events/{}",
    "PATCH /organizations/{}/events/{}",
    "GET /organizations/{}/events/{}/categories",
    "POST /organizations/{}/events/{}/categories",
    "PATCH /organizations/{}/events/{}/categories/{}",
    "DELETE /organizations/{}/events/{}/categories/{}",
    "GET /organizations/{}/events/{}/layout",
    "PUT /organizations/{}/events/{}/layout",
    "PATCH /organizations/{}/events/{}/places",
    "POST /organizations/{}/events/{}/publish",
    "POST /organizations/{}/events/{}/pause",
    "POST /organizations/{}/events/{}/resume",
    "POST /organizations/{}/events/{}/postpone",
    "POST /organizations/{}/events/{}/cancel",
    "POST /organizations/{}/events/{}/copy",
    "GET /organizations/{}/venues",
    "POST /organizations/{}/venues",
    "GET /organizations/{}/series",
    "POST /organizations/{}/series",
    "GET /events",
    "GET /events/{}",
    "GET /events/{}/layout",
    "GET /events/{}.ics",
    "GET /events/{}/availability",
    "POST /events/{}/holds",
    "GET /holds/{}",
    "PATCH /holds/{}",
    "DELETE /holds/{}",
    "POST /holds/{}/quote",
    "POST /orders",
    "POST /orders/{}/payments",
    "GET /orders/{}/payments/{}",
    "POST /payments/{}/callback",
    "GET /orders/{}",
    "POST /orders/{}/cancel",
    "GET /organizations/{}/orders",
    "GET /organizations/{}/orders/{}",
    "POST /organizations/{}/orders/{}/cancel",
)


def hot_routes(stage: Stage) -> list[HotRoute]:
    found = [route for built in stage.world.assembly.built.values() for route in built.hot_routes]
    assert found, "selling has no hot routes any more"
    return found


def described(stage: Stage, route: HotRoute) -> Operation:
    return next(
        operation
        for operation in stage.operations
        if (operation.method, operation.template) == (route.method, route.path)
    )


async def test_the_document_is_valid_openapi_3_1(stage: Stage) -> None:
    """By the schema of the specification, and every reference leads somewhere."""
    assert stage.document["openapi"].startswith("3.1.")
    definitions.OPENAPI_31_VALIDATOR.validate(stage.document)
    schemas = stage.document["components"]["schemas"]
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', str(stage.document).replace("'", '"')))
    assert set() == referred - schemas.keys()


async def test_every_schema_is_valid_json_schema(stage: Stage) -> None:
    """By the metaschema of draft 2020-12."""
    for name, schema in stage.document["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert "type" in schema or "enum" in schema or "anyOf" in schema, name


async def test_an_operation_id_is_used_once(stage: Stage) -> None:
    """Clients are generated from them."""
    ids = [operation.described["operationId"] for operation in stage.operations]
    assert sorted(set(ids)) == sorted(ids)


async def test_every_promised_path_is_there(stage: Stage) -> None:
    """The list of the API in the design, for the services of this release."""
    there = {
        f"{operation.method} {re.sub(r'{[a-z_]+}', '{}', operation.template).removeprefix('/api/v1')}"
        for operation in stage.operations
    }
    assert [] == [promised for promised in PROMISED if promised not in there]


async def test_every_hot_route_is_described(stage: Stage) -> None:
    """What stands outside the framework stands in the document all the same."""
    for route in hot_routes(stage):
        operation = described(stage, route)
        assert operation.described["summary"], str(operation)
        assert str(route.status) in operation.described["responses"], str(operation)
        assert (route.body is None) == (operation.body is None), str(operation)
        assert set(operation.path_names) == set(operation.parameters("path")), str(operation)


async def test_a_hot_body_is_described_as_it_is_read(stage: Stage) -> None:
    """The document's schema is the model's own: its fields, what is required, and nothing besides."""
    for route in hot_routes(stage):
        if route.body is not None:
            operation = described(stage, route)
            assert operation.body is not None
            schema = operation.resolved(operation.body)
            fields = route.body.model_fields
            assert set(fields) == set(schema["properties"])
            assert {name for name in fields if fields[name].is_required()} == set(schema.get("required", []))
            assert schema["additionalProperties"] is False


async def test_a_path_part_is_described_where_it_varies(stage: Stage) -> None:
    """Each name in a path is a required parameter of it, once."""
    for operation in stage.operations:
        parts = [p for p in operation.described.get("parameters", []) if p["in"] == "path"]
        assert sorted(operation.path_names) == sorted(part["name"] for part in parts), str(operation)
        assert all(part["required"] for part in parts), str(operation)


async def test_refusals_are_described_as_problem_documents(stage: Stage) -> None:
    """Every operation says so of each status of 400 and above."""
    for operation in stage.operations:
        for status, response in operation.described["responses"].items():
            if status >= "400":
                assert {PROBLEM_TYPE} == response["content"].keys(), f"{operation} {status}"
        assert "422" in operation.described["responses"], str(operation)


def answer_schema(operation: Operation, status: int) -> dict[str, Any] | None:
    content = operation.described["responses"][str(status)].get("content", {})
    found: dict[str, Any] | None = content.get("application/json", {}).get("schema")
    return found


async def test_a_good_call_is_answered_as_described(stage: Stage) -> None:
    """Every GET, and every hot write, against real data: a described status and a body of its schema."""
    components = {"components": stage.document["components"]}
    asked = {(route.method, route.path) for route in hot_routes(stage)}
    for operation in stage.operations:
        is_hot = (operation.method, operation.template) in asked
        if operation.method == "GET" or (is_hot and operation.template.endswith(("/holds", "/quote"))):
            response = await stage.call(operation)
            assert response.is_success, f"{operation}: {response.text}"
            assert str(response.status_code) in operation.described["responses"], str(operation)
            schema = answer_schema(operation, response.status_code)
            if schema is not None:
                jsonschema_rs.Draft202012Validator({**components, **schema}).validate(response.json())


@pytest.mark.parametrize("path", ["/schema", "/health", "/health/live", "/health/ready", "/metrics"])
async def test_what_stands_at_the_root_is_not_of_the_api(stage: Stage, path: str) -> None:
    """Operations and the human page are answered, and left out of the document."""
    assert 200 == (await stage.world.client.get(path)).status_code
    assert path not in stage.document["paths"]
