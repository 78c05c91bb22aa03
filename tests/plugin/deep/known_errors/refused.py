"""How the errors of calls that the plugin refuses come about."""

import importlib
import socket
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from oneloop.config import CONFIG

from .given import Given, Provoked

ADDRESS = ("192.0.2.1", 8080)  # it belongs to no machine (RFC 5737)


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


def _move(function: Callable[[], None], file: Path) -> None:
    """Make `function` one of a module of the service: no other code is checked."""
    function.__code__ = function.__code__.replace(co_filename=str(file))


REFUSED: Provoked = (
    ("Event loop blocked", block_the_loop),
    ("Network blocked", leave_the_machine),
    ("Network blocked", leave_the_machine_with_warnings_as_errors),
)
