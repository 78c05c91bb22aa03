"""The system user that runs the server: PostgreSQL refuses to run as root."""

import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .postgres_errors import PostgresUnavailable
from .watchdog import UserIds

if sys.platform != "win32":
    import pwd

UNPRIVILEGED_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    uid: int | None = None  # without ids it is the user of this process
    gid: int | None = None

    @property
    def ids(self) -> UserIds:
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, path: Path) -> None:
        if sys.platform != "win32" and self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, path: Path) -> bool:
        folders = () if self.uid is None else (path, *path.parents)
        for status in (folder.stat() for folder in folders if folder.is_dir()):
            others = stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH
            if not status.st_mode & (stat.S_IXUSR if status.st_uid == self.uid else others):
                return False
        return True


def user_id() -> int | None:
    if sys.platform != "win32":  # mypy understands this form only
        return os.geteuid()
    return None


def choose_account(data: Path | None = None) -> Account:
    """Return the user to run the server as: under root the owner of `data`, else one that every system has."""
    if user_id() != 0:
        return Account()
    if data is not None and data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    if sys.platform != "win32":
        for name in UNPRIVILEGED_USERS:
            with suppress(KeyError):
                entry = pwd.getpwnam(name)
                return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresUnavailable(
        "PostgreSQL refuses to run as root, and this system has none of the users "
        f"{', '.join(UNPRIVILEGED_USERS)} to run it as. Run the command as an ordinary user."
    )
