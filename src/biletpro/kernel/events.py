"""Domain events: what a service tells the others, in the order in which it happened (design: events)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from .errors import Invalid
from .messages import Message


class Event(BaseModel):
    """A fact worth knowing. Subclasses are named in the past tense; the class name is the type on the wire."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def event_key(self) -> UUID:
        """The record whose events must stay in order among themselves."""
        raise NotImplementedError


class Position(Message):
    """A place in a producer's outbox. Order is (epoch, xid, id)."""

    epoch: int
    xid: int
    id: UUID

    def text(self) -> str:
        """The cursor that clients keep."""
        return f"{self.epoch}.{self.xid}.{self.id.hex}"

    @staticmethod
    def parse(text: str) -> "Position":
        """Raises Invalid(field=after) for anything that `text` did not write."""
        try:
            epoch_text, xid_text, key_text = text.split(".")
            epoch, xid, key = int(epoch_text), int(xid_text), UUID(hex=key_text)
        except ValueError as error:
            raise Invalid("not a cursor of this feed", field="after") from error
        if not (0 <= epoch < 2**31 and 0 <= xid < 2**63):
            raise Invalid("not a cursor of this feed", field="after")
        return Position(epoch=epoch, xid=xid, id=key)


FEED_START = Position(epoch=0, xid=0, id=UUID(int=0))


class RecordedEvent(Message):
    """An event as it lies in the outbox."""

    position: Position
    type: str
    key: UUID
    organization_id: UUID | None
    occurred_at: datetime
    payload: dict[str, Any]


class FeedRequest(Message):
    """The next events after a position."""

    after: Position = FEED_START
    limit: int = 500


class FeedPage(Message):
    """`events` in order; `reached` is where to ask on from, also when there was none."""

    events: list[RecordedEvent]
    reached: Position
