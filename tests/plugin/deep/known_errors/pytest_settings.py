"""How the errors of pytest's scopes, and of what is left open, come about."""

import socket

from .given import Given, Provoked
from .unraisable import unraisable


async def an_open_socket(_: Given) -> None:
    with unraisable() as raised:
        socket.socket()
    raise raised[0]


async def no_event_loop(given: Given) -> None:
    given.request.getfixturevalue("event_loop")


async def a_narrow_fixture(given: Given) -> None:
    wide = given.request.getfixturevalue("_wide_request")
    wide.getfixturevalue("async_client")


PYTEST_SETTINGS: Provoked = (
    ("Something was not closed", an_open_socket),
    ("No fixture event_loop", no_event_loop),
    ("Scopes do not fit", a_narrow_fixture),
)
