"""Versions of records as ETags, for PATCH with If-Match (RFC 9110, section 13.1.1)."""

import re
from typing import Annotated, Final

from fastapi import Header

IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag of the version that is changed")
]
_VERSION: Final = re.compile(r'"([1-9][0-9]{0,17})"')


def etag(version: int) -> str:
    """The header's value for a record of *version*."""
    return f'"{version}"'


def seen_version(if_match: str | None) -> int | None:
    """The version that the client saw; None without the header, 0 (no record has it) for a strange tag."""
    if if_match is None:
        return None
    found = _VERSION.fullmatch(if_match.strip())
    return int(found[1]) if found else 0
