"""Merge patches (RFC 7396) of versioned records: what was given, and which version it was meant for."""

from typing import Annotated, Any

from pydantic import Field, model_serializer

from biletpro.kernel.errors import Stale, Title
from biletpro.kernel.messages import Message

# None: the client did not say which version it had seen. 0: it named none that exists.
SeenVersion = Annotated[int, Field(strict=True, ge=0, lt=2**63)] | None


class IfMatchRequired(Stale):
    code = "if_match_required"
    title = Title("If-Match başlığı gerekli", "The If-Match header is required")


def absent() -> Any:
    """A field of a merge patch: it may be left out, and null means null."""
    # A factory, because a default would stand in the OpenAPI document, where null is not of the type.
    return Field(default_factory=lambda: None)


class Changes(Message):
    """A merge patch. What was not given is not written, so it crosses RPC as it came."""

    @model_serializer
    def _only_what_was_given(self) -> dict[str, Any]:
        return self.given()

    def given(self) -> dict[str, Any]:
        """The fields that the client wrote, null among them."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def check_version(seen: int | None, now: int) -> None:
    """Raises IfMatchRequired when no version was named, Stale when it is not the record's."""
    if seen is None:
        raise IfMatchRequired
    if seen != now:
        raise Stale(version=now)
