"""Every operation of the OpenAPI document, so that a test of all routes cannot forget a new one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

METHODS: Final = frozenset({"get", "put", "post", "patch", "delete"})
FAR_OFF: Final = "2031-06-01T18:00:00Z"


@dataclass(frozen=True)
class Operation:
    """A method on a path, as the document has it."""

    method: str
    template: str
    described: Mapping[str, Any]
    schemas: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def path_names(self) -> list[str]:
        """The parts of its path that vary."""
        return re.findall(r"\{(\w+)\}", self.template)

    @property
    def needs_sign_in(self) -> bool:
        """Whether the document asks for a credential."""
        return bool(self.described.get("security"))

    @property
    def takes_input(self) -> bool:
        """Whether anything but its address can be given."""
        return bool(self.described.get("parameters")) or self.body is not None

    def parameters(self, place: str) -> dict[str, Any]:
        """Schemas of what is in the query or the headers, by name."""
        return {
            parameter["name"]: parameter["schema"]
            for parameter in self.described.get("parameters", [])
            if parameter["in"] == place
        }

    @property
    def required_headers(self) -> set[str]:
        """Headers that it does not go without."""
        return {
            p["name"] for p in self.described.get("parameters", []) if p["in"] == "header" and p["required"]
        }

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of its body, or None for an operation without one."""
        if "requestBody" not in self.described:
            return None
        found: dict[str, Any] = self.described["requestBody"]["content"]["application/json"]["schema"]
        return found

    def path(self, values: Mapping[str, str]) -> str:
        """Its address with these values put in. A KeyError names a part that the stage has no value for."""
        return re.sub(r"\{(\w+)\}", lambda found: quote(values[found[1]], safe=""), self.template)

    def fits(self, path: str) -> bool:
        """Whether the address is one of its path."""
        return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", self.template), path) is not None

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema itself where *schema* refers to it, or lets null stand beside it."""
        if "$ref" in schema:
            return self.resolved(self.schemas[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            first = next(part for part in schema["anyOf"] if part.get("type") != "null")
            return {**self.resolved(first), "nullable": any(p.get("type") == "null" for p in schema["anyOf"])}
        return schema

    def sample(self, known: Mapping[str, Any], *, whole: bool) -> Any:
        """A body that fits the schema: with everything, or only with what is required."""
        assert self.body is not None
        return self._sample(self.body, "", known, whole=whole)

    def _sample(self, given: Mapping[str, Any], name: str, known: Mapping[str, Any], *, whole: bool) -> Any:
        if name in known:
            return known[name]
        schema = self.resolved(given)
        if schema["type"] == "object":
            wanted = schema["properties"] if whole else schema.get("required", [])
            fields = schema["properties"]
            return {field: self._sample(fields[field], field, known, whole=whole) for field in wanted}
        if schema["type"] == "array":
            return [self._sample(schema["items"], "", known, whole=whole)]
        return schema["enum"][0] if "enum" in schema else _simple(schema)


def _simple(schema: Mapping[str, Any]) -> Any:
    kind = schema["type"]
    if kind == "string":
        by_format = {
            "email": "zeynep@example.com",
            "date-time": FAR_OFF,
            "uuid": "01890000-0000-7000-8000-000000000000",
        }
        return by_format.get(schema.get("format", ""), "Ağır Roman")
    return {"integer": 1, "number": 1.5, "boolean": False}[kind]


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    """All of them, in the document's order."""
    return [
        Operation(method.upper(), template, described, document["components"]["schemas"])
        for template, methods in document["paths"].items()
        for method, described in methods.items()
        if method in METHODS
    ]


def leaves(operation: Operation, value: Any) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Where each part of a whole sample stands, and the schema of that part."""
    assert operation.body is not None
    yield from _leaves(operation, operation.body, value, ())


def _leaves(
    operation: Operation, given: Mapping[str, Any], value: Any, where: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    schema = operation.resolved(given)
    if where:
        yield where, schema
    if schema["type"] == "object":
        for name in value:
            yield from _leaves(operation, schema["properties"][name], value[name], (*where, name))
    elif schema["type"] == "array":
        for n, item in enumerate(value):
            yield from _leaves(operation, schema["items"], item, (*where, n))


def changed(value: Any, where: tuple[str | int, ...], to: Any) -> Any:
    """A copy of *value* with another part there."""
    if not where:
        return to
    first, rest = where[0], where[1:]
    if isinstance(value, dict):
        return {**value, first: changed(value[first], rest, to)}
    assert isinstance(first, int)
    return [changed(item, rest, to) if n == first else item for n, item in enumerate(value)]


def wrong_values(schema: Mapping[str, Any]) -> list[Any]:
    """What no part of that schema may be."""
    wrong: list[Any] = [*_OF_ANOTHER_TYPE[schema["type"]]]
    if not schema.get("nullable"):
        wrong.append(None)
    if "maxLength" in schema:
        wrong.append("x" * (schema["maxLength"] + 1))
    if schema.get("minLength"):
        wrong.append("")
    if "enum" in schema or "pattern" in schema or "format" in schema:
        wrong += ["no such word", "\x00"]
    if schema.get("format") == "date-time":
        wrong += [
            "2031-06-01",
            "2031-06-01T18:00:00",
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+23:59",
        ]
    if "minimum" in schema:
        wrong += [schema["minimum"] - 1, schema["maximum"] + 1]
    if schema.get("minItems"):
        wrong.append([])
    if schema.get("maxItems", 10**6) <= 1_000:
        wrong.append([None] * (schema["maxItems"] + 1))
    return wrong


_OF_ANOTHER_TYPE: Final[dict[str, list[Any]]] = {
    "string": [5, True, [], {}],
    "integer": ["5", 1.5, True, [], {}, 10**30, -(10**30)],
    "number": ["5", True, [], {}, 10**30],
    "boolean": ["true", 1, 0, [], {}],
    "array": ["x", 5, {}, True],
    "object": ["x", 5, [], True, {"surprise": 1}],
}
