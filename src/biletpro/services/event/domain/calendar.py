"""An event as an iCalendar file (RFC 5545)."""

from datetime import UTC, datetime
from typing import Final

from biletpro.contracts.event.catalogue import PublicEvent

FOLD_BYTES: Final = 75
STATUS: Final = {"cancelled": "CANCELLED", "postponed": "TENTATIVE"}
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def calendar(event: PublicEvent, now: datetime) -> str:
    """One VEVENT; its SEQUENCE grows with the event's version, so calendars take changes over."""
    place = ", ".join(part for part in (event.venue.name, event.venue.address, event.venue.city) if part)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//BiletPro//Events//TR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{event.id}@biletpro",
        f"DTSTAMP:{_time(now)}",
        f"DTSTART:{_time(event.starts_at)}",
        *([f"DTEND:{_time(event.ends_at)}"] if event.ends_at is not None else []),
        f"SUMMARY:{_text(event.title)}",
        f"LOCATION:{_text(place)}",
        *([f"DESCRIPTION:{_text(event.description)}"] if event.description else []),
        f"SEQUENCE:{event.version}",
        f"STATUS:{STATUS.get(event.status, 'CONFIRMED')}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Escaped, and without the other control characters, which a content line may not hold."""
    escaped = text.translate(_ESCAPES)
    return "".join(sign for sign in escaped if sign >= " " and sign != "\x7f")


def _folded(line: str) -> str:
    """At most FOLD_BYTES octets a line, never breaking a character; continuations begin with a space."""
    folded: list[str] = []
    size = 0
    for sign in line:
        width = len(sign.encode())
        if size + width > FOLD_BYTES:
            folded.append("\r\n ")
            size = 1
        folded.append(sign)
        size += width
    return "".join(folded)
