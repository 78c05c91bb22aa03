"""What a server reports when it cannot start or stop."""

import re
from pathlib import Path

LOG_LINES = 20


class PostgresUnavailable(Exception):  # noqa: N818  the caller made no error
    """No PostgreSQL server can be started."""


class PersistentFolderError(PostgresUnavailable):
    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(
            f"The development database cannot be in {folder}: {problem}. Fix that, or set "
            "DATABASE_URL to a database of your own."
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
