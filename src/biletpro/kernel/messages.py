"""The base of everything that crosses a border, and the few field types that all messages share."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.types import StringConstraints

PAGE_MAX: Final = 200
_UNSAFE_TEXT = re.compile("[\x00\ud800-\udfff]")


class Message(BaseModel):
    """Frozen; an unknown field is refused; numbers and booleans are never guessed from text."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half a character. Raises ValueError."""
    if _UNSAFE_TEXT.search(text):
        raise ValueError("text may not hold NUL or lone surrogates")
    return text


def _moment_text(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and "T" in value.upper()):
        return value
    raise ValueError("a time is RFC 3339 text with its offset")


def _to_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time carries its offset")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time within the years 1 to 9999") from error


def rfc3339(value: datetime) -> str:
    """UTC, to the microsecond where there is one, with `Z`."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


Moment = Annotated[
    datetime,
    BeforeValidator(_moment_text, json_schema_input_type=str),
    AfterValidator(_to_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    Field(json_schema_extra={"format": "date-time"}),
]
# Stripped by themselves too: in a query or a path there is no message that does it.
STRIPPED: Final = StringConstraints(strip_whitespace=True)
ShortText = Annotated[str, STRIPPED, Field(min_length=1, max_length=200), AfterValidator(storable)]
LongText = Annotated[str, STRIPPED, Field(max_length=10_000), AfterValidator(storable)]
Word = Annotated[str, STRIPPED, Field(min_length=1, max_length=64), AfterValidator(storable)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000)]
Flag = Annotated[bool, Field(strict=True)]


class Nothing(Message):
    """The answer where there is nothing to say."""
