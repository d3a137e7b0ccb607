"""ETag and If-Match: a version in quotes."""

import re
from typing import Annotated, Final

from fastapi import Header

from biletpro.contracts.event.drafts import IfMatchRequired
from biletpro.kernel.errors import Stale

IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag of what is being changed")]

_VERSION: Final = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


def etag(version: int) -> dict[str, str]:
    """The header that goes with this version."""
    return {"ETag": f'"{version}"'}


def version_of(header: str | None) -> int | None:
    """The version that the client saw, None where it sent none. Raises Stale for what no ETag of ours is."""
    if header is None:
        return None
    found = _VERSION.fullmatch(header.strip())
    if found is None:
        raise Stale
    return int(found[1])


def required_version_of(header: str | None) -> int:
    """Raises IfMatchRequired, Stale."""
    version = version_of(header)
    if version is None:
        raise IfMatchRequired
    return version
