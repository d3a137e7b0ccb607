"""Schemathesis over the whole document, against the API on a real socket, signed in."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, strategies
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from tests.api.operations import Operation
from tests.api.stage import Stage
from tests.api.test_bad_input import listening

EXAMPLES: Final = {GenerationMode.POSITIVE: 12, GenerationMode.NEGATIVE: 8}
TIMEOUT_S: Final = 10
CHECKS: Final = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
# These would end the session, or the firm, that all the others are asked with.
ENDINGS: Final = {
    "DELETE /api/v1/auth/sessions/{session}": {"session": "01890000-0000-7000-8000-000000000000"},
    "POST /api/v1/platform/organizations/{org}/suspend": {"org": "01890000-0000-7000-8000-000000000000"},
}


def fuzzed(
    url: str, tried: Any, mode: GenerationMode, values: Mapping[str, str], headers: dict[str, str]
) -> set[str]:
    """What was wrong with the answers; each kind of fault once. The examples are the same in every run."""
    found: set[str] = set()

    @hypothesis.settings(
        max_examples=EXAMPLES[mode],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=tried.as_strategy(generation_mode=mode), is_real=strategies.booleans())
    def try_one(case: Any, is_real: bool) -> None:  # noqa: FBT001 - hypothesis passes by name
        if is_real:
            case.path_parameters = {**case.path_parameters, **values} if case.path_parameters else None
        given = headers if is_real else {"Authorization": headers["Authorization"]}
        response = case.call(base_url=url, session=session, headers=given, timeout=TIMEOUT_S)
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                found.add(f"{tried.label}: {response.status_code} {failure} {response.text[:300]}")

    with requests.Session() as session, contextlib.suppress(Unsatisfiable):
        # A part of a path may take every text that can be written there: then there is nothing to try.
        try_one()
    return found


def described_headers(stage: Stage, operation: Operation) -> dict[str, str]:
    """Those of a good call, with a key that may come twice: an example repeated is a request repeated."""
    return {**stage.headers(operation), **stage.person(operation).headers()}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_no_input_brings_a_route_down(stage: Stage, mode: GenerationMode) -> None:
    """Inputs that fit the document, and ones that do not: no 5xx, and each answer is one of those described."""
    schema = schemathesis.openapi.from_dict(stage.document)
    by_name = {str(operation): operation for operation in stage.operations}
    found: set[str] = set()
    seen: set[str] = set()
    async with listening(stage) as port:
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), "an operation that cannot be read"
            tried = result.ok()
            seen.add(tried.label)
            operation = by_name[tried.label]
            if mode is GenerationMode.NEGATIVE and not operation.takes_input:
                continue
            values = {name: stage.values[name] for name in operation.path_names}
            values |= ENDINGS.get(tried.label, {})
            headers = described_headers(stage, operation)
            url = f"http://127.0.0.1:{port}"
            found |= await asyncio.to_thread(fuzzed, url, tried, mode, values, headers)
    assert by_name.keys() == seen
    assert not found, "\n".join(sorted(found))
