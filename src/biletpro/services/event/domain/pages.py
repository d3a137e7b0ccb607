"""What lists are asked by: opaque cursors, and times written as times or days."""

import base64
import binascii
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from biletpro.kernel.errors import Invalid
from biletpro.kernel.messages import Moment

HOME: Final = ZoneInfo("Europe/Istanbul")  # where a day without a zone is meant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


def cursor(moment: datetime, id: UUID) -> str:
    """Text for `next`, after which a list by (moment, id) goes on."""
    text = f"{(moment - _EPOCH) // _MICROSECOND}.{id.hex}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def id_cursor(id: UUID) -> str:
    """The same for a list by id alone."""
    return cursor(_EPOCH, id)


def parsed_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    """What `cursor` wrote, None for the first page. Raises Invalid(field=after) for anything else."""
    if text is None:
        return None
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        moment, _, hexadecimal = plain.partition(".")
        return _EPOCH + int(moment) * _MICROSECOND, UUID(hex=hexadecimal)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise Invalid("not a cursor of this list", field="after") from error


def asked_time(text: str, field: str, *, whole_day: bool = False) -> datetime:
    """A time, or where a day begins; with *whole_day*, where it ends. Raises Invalid."""
    try:
        if "T" in text.upper():
            return _MOMENT.validate_python(text)
        day = date.fromisoformat(text) + timedelta(days=1 if whole_day else 0)
        return datetime.combine(day, time(), HOME).astimezone(UTC)
    except (ValidationError, ValueError, OverflowError) as error:
        raise Invalid("an RFC 3339 time or a date", field=field) from error
