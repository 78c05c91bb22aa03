"""The account that the server runs as: ours, or under root one without rights."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .binaries import PostgresUnavailable

UNPRIVILEGED = ("postgres", "nobody")
SEARCHABLE_BY_ALL = 0o001


@dataclass(frozen=True)
class Account:
    """Who runs the server; `user` is None where that is the caller."""

    user: int | None = None
    group: int | None = None

    def options(self) -> dict[str, Any]:
        """Return what makes `subprocess` run a program as this account."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def give(self, folder: Path) -> None:
        """Make a folder, and all that is in it, this account's."""
        if self.user is None or self.group is None:
            return
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.user, self.group, follow_symlinks=False)

    def reachable(self, binaries: Path, into: Path) -> Path:
        """Return where this account can run the binaries: where they are, or a copy below `into`.

        A virtual environment below /root is closed to everyone else. The copy goes with the run.
        """
        closed = [
            folder
            for folder in binaries.resolve().parents
            if not folder.stat().st_mode & SEARCHABLE_BY_ALL
        ]
        if self.user is None or not closed:
            return binaries
        copy = into / "pginstall"
        shutil.copytree(
            binaries.parent, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
        )
        return copy / "bin"


def choose_account() -> Account:
    """Return the caller's account; under root, which PostgreSQL refuses, one that exists already."""
    if os.geteuid() != 0:
        return Account()
    import pwd  # noqa: PLC0415  POSIX alone has it

    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    message = (
        f"PostgreSQL refuses to run as root, and there is no account {' or '.join(UNPRIVILEGED)}. "
        "Run the tests as another user, or set TEST_DATABASE_URL."
    )
    raise PostgresUnavailable(message)
