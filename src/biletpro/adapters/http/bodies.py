"""JSON bodies, read strictly: what two readers may take differently is refused."""

import json
import math
from typing import Any, Final

from starlette.requests import Request

from biletpro.kernel.errors import Unparsable

JSON_SUFFIX: Final = "json"


def readable(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises Unparsable.

    Refused are also a name that comes twice, NaN and the infinities, a lone surrogate, and nesting or numbers
    beyond what can be computed with.
    """
    try:
        value = _DECODER.decode(body.decode())
        # A pair of escapes is one character, half a pair is none; only the decoded text tells them apart.
        if b"\\ud" in body or b"\\uD" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Unparsable("the body is not JSON that can be read in one way only") from error
    return value


async def readable_body(request: Request) -> None:
    """FastAPI dependency of every route: its own parser would let all of that pass."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type.endswith(JSON_SUFFIX):
        body = await request.body()
        if body:
            readable(body)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number without bounds")
    return number


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once_each, parse_float=_finite, parse_constant=_finite)
