"""PostgreSQL refuses to be root; this gets it to run for root all the same."""

import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from biletpro.embedded.faults import EmbeddedFault
from biletpro.embedded.processes import program, run

SYSTEM_USER = "biletpro"
FOLDER_MODE_PASSABLE = 0o711
NAMESPACE = ("--user", "--map-user=1000", "--map-group=1000")


@dataclass(frozen=True, slots=True)
class Privileges:
    """How a PostgreSQL program is started here: what stands before its name, and whose its files are."""

    prefix: tuple[str, ...]
    owner: tuple[int, int] | None

    def own(self, folder: Path) -> None:
        """Make everything in *folder* the owner's: what another way of starting left, what we just wrote."""
        if self.owner is None:
            return
        for parent, folders, files in os.walk(folder):
            for path in (parent, *(os.path.join(parent, name) for name in (*folders, *files))):  # noqa: PTH118 - thousands of files
                if (status := os.lstat(path)).st_uid != self.owner[0] or status.st_gid != self.owner[1]:
                    os.lchown(path, *self.owner)


async def choose() -> Privileges:
    """Plain for an ordinary user; for root a user namespace, or a system user.

    The namespace needs no second user and no readable parent folders, so it is first; many containers
    forbid it.
    """
    if os.geteuid() != 0:
        return Privileges((), None)
    unshare = (str(program("unshare")), *NAMESPACE)
    if (await run((*unshare, str(program("true"))))).succeeded:
        return Privileges(unshare, (0, 0))
    return await as_system_user()


async def as_system_user() -> Privileges:
    """Starts as SYSTEM_USER, made when missing."""
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = (
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        )
        made = await run((str(program("useradd")), *command))
        if not made.succeeded:
            raise EmbeddedFault(
                f"PostgreSQL does not run as root, and no user could be made for it ({made.last_line})",
                "start this as an ordinary user",
            ) from None
        entry = pwd.getpwnam(SYSTEM_USER)
    identity = (f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
    return Privileges((str(program("setpriv")), *identity), (entry.pw_uid, entry.pw_gid))


async def open_way(privileges: Privileges, folder: Path, paths: Sequence[Path]) -> None:
    """Let a system user through *folder*, which is ours; refuse where other folders above *paths* bar it."""
    if privileges.owner is None or privileges.owner[0] == os.geteuid():
        return
    os.chmod(folder, FOLDER_MODE_PASSABLE)  # noqa: PTH101 - one call, and async functions may not use pathlib
    for path in paths:
        if not (await run((*privileges.prefix, str(program("test")), "-x", str(path)))).succeeded:
            raise EmbeddedFault(
                f"the user that PostgreSQL runs as cannot reach {path}",
                "start this as an ordinary user, or put the checkout where all may pass (no 0700 home)",
            )
