"""Which user of the system runs the server: PostgreSQL refuses to run as root."""

import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import NoAccountError

if sys.platform != "win32":
    import pwd

NAMES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The user that runs the server. Without ids it is the user who runs this process."""

    uid: int | None = None
    gid: int | None = None

    @property
    def popen(self) -> dict[str, Any]:
        """Return what `subprocess` needs to start a process as this user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give `path` to this user."""
        if sys.platform != "win32" and self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        """Tell whether this user may pass through every folder down to `path`, judged by mode."""
        if self.uid is None:
            return True
        return all(self._enters(folder) for folder in (path, *path.parents) if folder.is_dir())

    def _enters(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def user_id() -> int | None:
    """Return the number of this process's user; Windows has none."""
    if sys.platform != "win32":
        return os.geteuid()
    return None


def choose_account(kept: Path | None = None) -> Account:
    """Return the user to run the server as; for a database kept in `kept`, its owner.

    Under root that is an unprivileged user whom every system has: none is created.
    """
    if user_id() != 0:
        return Account()
    if kept is not None and kept.exists() and (owner := kept.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in NAMES:
        if (ids := _look_up(name)) is not None:
            return Account(*ids)
    raise NoAccountError(NAMES)


def _look_up(name: str) -> tuple[int, int] | None:
    if sys.platform != "win32":
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    return None
