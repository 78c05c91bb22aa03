"""How the errors of what pytest and the plugin refuse come about."""

import importlib
import socket
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from alembic.config import Config
from sqlalchemy import text

from oneloop.config import CONFIG

from .given import Given, Provoked, unraisable

ADDRESS = ("192.0.2.1", 8080)  # it belongs to no machine (RFC 5737)


async def an_open_socket(_: Given) -> None:
    with unraisable() as raised:
        socket.socket()
    raise raised[0]


async def no_event_loop(given: Given) -> None:
    given.request.getfixturevalue("event_loop")


async def a_narrow_fixture(given: Given) -> None:
    wide = given.request.getfixturevalue("_wide_request")
    wide.getfixturevalue("async_client")


async def block_the_loop(given: Given) -> None:
    package = importlib.import_module(given.request.config.stash[CONFIG].package)

    def wait() -> None:
        time.sleep(0.001)  # the mistake

    _move(wait, Path(str(package.__file__)).with_name("blocking.py"))
    wait()


async def leave_the_machine(_: Given) -> None:
    with warnings.catch_warnings(action="ignore"):
        socket.create_connection(ADDRESS)


async def leave_the_machine_with_warnings_as_errors(_: Given) -> None:
    """Raise the warning that pytest-socket issues before its error."""
    with warnings.catch_warnings(action="error"):
        socket.create_connection(ADDRESS)


async def leave_the_machine_by_a_name(_: Given) -> None:
    """Without a network no name has an address, so pytest-socket has none to refuse."""
    socket.create_connection(("orders.invalid", 8080))


def _move(function: Callable[[], None], file: Path) -> None:
    """Make `function` one of a module of the service: no other code is checked."""
    function.__code__ = function.__code__.replace(co_filename=str(file))


async def url_with_a_percent_sign(_: Given) -> None:
    Config().set_main_option("sqlalchemy.url", "postgresql://user:p%40ss@host/orders_test")


async def path_with_a_percent_sign(given: Given) -> None:
    folder = given.request.getfixturevalue("tmp_path") / "100% orders"
    folder.mkdir()
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")
    Config(folder / "alembic.ini").get_main_option("script_location")


async def a_statement_for_superusers(given: Given) -> None:
    async with given.engine.connect() as connection:
        await connection.execute(text("SELECT pg_read_file('PG_VERSION')"))


async def an_extension_that_is_there(given: Given) -> None:
    async with given.engine.connect() as connection:
        await connection.execute(text("CREATE EXTENSION plpgsql"))


async def a_type_that_a_downgrade_has_left(given: Given) -> None:
    async with given.engine.connect() as connection:
        for _ in range(2):
            await connection.execute(text("CREATE TYPE status AS ENUM ('new')"))


REFUSED: Provoked = (
    ("Something was not closed", an_open_socket),
    ("No fixture event_loop", no_event_loop),
    ("Scopes do not fit", a_narrow_fixture),
    ("Event loop blocked", block_the_loop),
    ("Network blocked", leave_the_machine),
    ("Network blocked", leave_the_machine_with_warnings_as_errors),
    ("Network blocked", leave_the_machine_by_a_name),
    ("Percent sign", url_with_a_percent_sign),
    ("Percent sign", path_with_a_percent_sign),
    ("Missing right", a_statement_for_superusers),
    ("It exists already", an_extension_that_is_there),
    ("It exists already", a_type_that_a_downgrade_has_left),
)
