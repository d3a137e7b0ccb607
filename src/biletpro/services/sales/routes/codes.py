"""Order codes in paths, as people write them."""

from biletpro.contracts.sales import OrderUnknown

from ..domain import ORDER_CODE_PREFIX, tidy_code


def order_code(text: str) -> str:
    """The code as it is stored. Raises OrderUnknown for what is none."""
    prefix, rest = text[: len(ORDER_CODE_PREFIX)], text[len(ORDER_CODE_PREFIX) :]
    symbols = tidy_code(rest) if prefix.upper() == ORDER_CODE_PREFIX else None
    if symbols is None:
        raise OrderUnknown
    return ORDER_CODE_PREFIX + symbols
