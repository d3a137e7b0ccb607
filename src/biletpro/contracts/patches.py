"""Merge patches (RFC 7396) of versioned records: what was given, and which version it was meant for."""

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from biletpro.kernel.errors import Stale, Title
from biletpro.kernel.messages import Message

# None: the client did not say which version it had seen. 0: it named none that exists.
SeenVersion = Annotated[int, Field(strict=True, ge=0, lt=2**63)] | None


class IfMatchRequired(Stale):
    code = "if_match_required"
    title = Title("If-Match başlığı gerekli", "The If-Match header is required")


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def absent() -> Any:
    """A field of a merge patch: it may be left out, and null means null."""
    return Field(default=None, json_schema_extra=_without_default)


class Changes(Message):
    """A merge patch. What was not given is not written, so it crosses RPC as it came."""

    @model_serializer(mode="wrap")
    def _only_what_was_given(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in write(self).items() if name in self.model_fields_set}

    def given(self) -> dict[str, Any]:
        """The fields that the client wrote, null among them."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def check_version(seen: int | None, now: int) -> None:
    """Raises IfMatchRequired when no version was named, Stale when it is not the record's."""
    if seen is None:
        raise IfMatchRequired
    if seen != now:
        raise Stale(version=now)
