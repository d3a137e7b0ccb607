"""Categories that the dates of a series share."""

from collections.abc import Sequence

from biletpro.contracts.event.drafts import CategoryView
from biletpro.contracts.event.series import SeriesCategory, SeriesCategoryChanges
from biletpro.kernel import turkish
from biletpro.kernel.errors import Invalid

KEY_LENGTH_MAX = 48
NAMELESS_KEY = "kategori"


def keyed(categories: Sequence[CategoryView]) -> dict[str, CategoryView]:
    """A key for each category, made of its name; equal names are numbered."""
    found: dict[str, CategoryView] = {}
    for category in categories:
        base = turkish.slug(category.name)[:KEY_LENGTH_MAX].strip("-") or NAMELESS_KEY
        key, number = base, 1
        while key in found:
            number += 1
            key = f"{base}-{number}"
        found[key] = category
    return found


def merged_series_category(category: SeriesCategory, changes: SeriesCategoryChanges) -> SeriesCategory:
    """The category with a merge patch applied. Raises Invalid for another currency."""
    changed = SeriesCategory.model_validate({**category.model_dump(), **changes.model_dump()})
    if changed.price.currency != category.price.currency:
        raise Invalid(f"the series is sold in {category.price.currency}", field="price.currency")
    return changed
