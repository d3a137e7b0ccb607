"""After organization's events, and by the clock."""

import asyncio
from typing import Final

from biletpro.adapters.outbox import Reader
from biletpro.adapters.postgres import Connection, Database
from biletpro.contracts.organization import MemberChanged, Organizations
from biletpro.kernel.events import RecordedEvent

from .operations import AuthOperations

TIDY_EVERY_S: Final = 600


def member_reader(database: Database, organizations: Organizations, operations: AuthOperations) -> Reader:
    """Ends the tokens of whoever's rights changed. A suspended firm's staff keep theirs: doors go on."""

    async def handle(connection: Connection, event: RecordedEvent) -> None:
        if event.type == MemberChanged.__name__:
            changed = MemberChanged.model_validate(event.payload)
            await operations.note_member_changed(connection, changed.user_id)

    return Reader(database, "organization", organizations, handle)


async def keep_tidy(operations: AuthOperations) -> None:
    """At the start and then every TIDY_EVERY_S, for as long as the process lives."""
    while True:
        await operations.tidy()
        await asyncio.sleep(TIDY_EVERY_S)
