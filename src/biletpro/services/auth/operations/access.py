"""Who must hear of changed rights, the feed, and tidying by the clock."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from biletpro.adapters import outbox
from biletpro.adapters.postgres import Connection
from biletpro.contracts.auth import AccessChange, AccessChangesPage, AccessChangesSince
from biletpro.kernel.events import FeedPage, FeedRequest
from biletpro.kernel.permissions import Caller

from ..store import access, sessions, users
from .ground import SCHEMA, Ground, for_services_only

# A process that starts needs the changes that tokens of 15 minutes may have missed, and some to spare.
FIRST_LOOK_BACK: Final = timedelta(minutes=20)
ACCESS_CHANGES_KEPT: Final = timedelta(days=1)
# Long enough for a late second use of a refresh token to be told from nonsense.
DEAD_SESSIONS_KEPT: Final = timedelta(days=1)


class AccessOperations(Ground):
    async def access_changes(self, caller: Caller, request: AccessChangesSince) -> AccessChangesPage:
        for_services_only(caller)
        async with self._database.system("access changes for every process") as connection:
            # First, so that what commits in between is asked for again rather than skipped.
            newest = await access.newest_access_version(connection)
            after = request.after
            if after == 0:
                after = await access.version_before(connection, self._clock() - FIRST_LOOK_BACK)
            found = await access.access_changes_since(connection, after)
        changes = [AccessChange(subject=subject, version=version) for subject, version in found]
        return AccessChangesPage(
            changes=changes, newest=changes[-1].version if changes else max(newest, after)
        )

    async def events(self, caller: Caller, request: FeedRequest) -> FeedPage:
        for_services_only(caller)
        async with self._database.system("serving the feed to other services") as connection:
            return await outbox.read(connection, SCHEMA, request)

    async def note_member_changed(self, connection: Connection, user_id: UUID) -> None:
        """In the reader's transaction: tokens of *user_id* that were made before now are dead."""
        await access.note_access_change(connection, [user_id])

    async def tidy(self) -> bool:
        """Forget what is past its use; False where another process was at it."""
        now = self._clock()
        async with self._database.system("tidying by the clock") as connection:
            if not await access.begin_tidying(connection):
                return False
            await sessions.purge_sessions(connection, now - DEAD_SESSIONS_KEPT)
            await users.purge_failures(connection, now, self._rules.lock_out.lasts)
            await access.purge_access_changes(connection, now - ACCESS_CHANGES_KEPT)
        return True
