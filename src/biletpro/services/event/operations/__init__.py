"""The contract `Events` kept: one transaction a promise; calls to sales stand before it, never inside."""

from .catalogue import Catalogue
from .categories import CategoryEdits
from .drafts import EventEdits
from .layouts import LayoutEdits
from .life import Life
from .series import SeriesEdits


class EventOperations(EventEdits, Life, CategoryEdits, LayoutEdits, SeriesEdits, Catalogue):
    """Keeps `contracts.event.Events`."""
