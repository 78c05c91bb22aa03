"""The command line: `python -m <package>.cli create-admin --email ... --username ...`."""

import argparse
import asyncio
import getpass
import sys

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError

from .auth.passwords import HashQueue, Passwords, build_password_hasher
from .database import create_engine, create_session_factory
from .database_errors import CommitUnknownError
from .errors import UNDEFINED_TABLE, UnavailableError, conflict
from .settings import Settings
from .users.models import Role
from .users.schemas import UserIn
from .users.service import add_user


async def create_admin(settings: Settings, new: UserIn) -> None:
    """Add an administrator to the database."""
    engine = create_engine(settings)
    passwords = Passwords(build_password_hasher(settings), HashQueue(1, 1))
    try:
        async with create_session_factory(engine)() as session:
            await add_user(session, passwords, new)
            await session.commit()
    finally:
        await engine.dispose()


def read_password() -> str:
    """Ask for the password, or read a line of input. `ps` would show an argument."""
    if sys.stdin.isatty():
        return getpass.getpass("Password (at least 12 characters): ")
    return sys.stdin.readline().rstrip("\r\n")


def read_admin(given: argparse.Namespace) -> UserIn:
    """Return the new administrator from the arguments and the password."""
    return UserIn(
        email=given.email, username=given.username, password=read_password(), role=Role.ADMIN
    )


def explain(error: Exception) -> str:
    """Return the reason and what to do, in one sentence."""
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{first['loc'][0]}: {first['msg'].rstrip('.')}."
    driver_exception = getattr(error, "driver_exception", None)
    if isinstance(error, IntegrityError):
        return conflict(error) or str(driver_exception)
    if getattr(driver_exception, "sqlstate", None) == UNDEFINED_TABLE:
        return "The database has no tables. Run: uv run poe migrate (or alembic upgrade head)"
    reason = driver_exception or error.__cause__ or error
    return f"The database does not answer: {reason}. Look at DATABASE_URL."


def main(arguments: list[str] | None = None) -> None:
    """Run a command; an error prints one sentence and exits with status 1."""
    parser = argparse.ArgumentParser(prog="cli", description="Commands of the service.")
    command = parser.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "create-admin", help="create an administrator; asks for the password"
    )
    command.add_argument("--email", required=True)
    command.add_argument("--username", required=True)
    given = parser.parse_args(arguments)
    settings = Settings.load()
    try:
        new = read_admin(given)
        asyncio.run(create_admin(settings, new))
    except (ValidationError, DBAPIError, UnavailableError) as error:
        sys.exit(f"No administrator was made. {explain(error)}")
    except CommitUnknownError as error:
        sys.exit(f"An administrator may have been made. {error}")
    except (EOFError, KeyboardInterrupt):
        sys.exit("\nInterrupted.")
    print(f"{new.email} is an administrator.")  # noqa: T201  the output of a command


if __name__ == "__main__":
    main()
