"""What is known about libraries without importing them: their clients, and a few pure functions."""

import os.path
import urllib.parse
from typing import Any

from .sent_requests import ASYNC, SOCKET, SYNC
from .values import Known, Library, Value

# By the top-level package and the last name. The first match wins, and a subclass counts.
CLIENTS = (
    ("fastapi", "TestClient", SYNC),
    ("starlette", "TestClient", SYNC),
    ("async_asgi_testclient", "TestClient", ASYNC),
    ("httpx", "AsyncClient", ASYNC),
    ("httpx2", "AsyncClient", ASYNC),
    ("httpx", "Client", SOCKET),
    ("httpx2", "Client", SOCKET),
    ("requests", "Session", SOCKET),
    ("requests", "session", SOCKET),
    ("aiohttp", "ClientSession", SOCKET),
)
MODULES_THAT_SEND = {"requests", "httpx", "httpx2"}
# These are really called if all their arguments are known.
PURE = {
    urllib.parse.urljoin,
    urllib.parse.urlencode,
    urllib.parse.quote,
    urllib.parse.quote_plus,
    os.path.join,
    str,
    int,
    len,
    range,
}
# These send no request through a client that they are given.
HARMLESS = {
    "isinstance", "print", "type", "id", "repr", "str", "hasattr", "setattr", "callable", "len",
    "setup_databases", "super", "vars", "dir", "bool",
}  # fmt: skip
HARMLESS_PACKAGES = {
    "unittest",
    "pytest",
    "_pytest",
    "pytest_mock",
    "mock",
    "contextlib",
    "typing",
    "warnings",
}


def names_of(value: Value) -> set[tuple[str, str]]:
    """Return the packages and names of a class or function of a library, and of its base classes."""
    if isinstance(value, Library):
        parts = value.name.split(".")
        return {(parts[0], parts[-1])}
    if isinstance(value, Known):
        thing: Any = value.value
        lineage = thing.__mro__ if isinstance(thing, type) else (thing,)
        return {
            (str(each.__module__).partition(".")[0], each.__name__)
            for each in lineage
            if hasattr(each, "__module__") and hasattr(each, "__name__")
        }
    return set()


def client_kind(value: Value) -> str | None:
    """Return the kind of client that a class makes, or None."""
    names = names_of(value)
    return next((kind for package, name, kind in CLIENTS if (package, name) in names), None)


def is_harmless(value: Value) -> bool:
    """Tell whether a function outside of the tests sends no request through a client."""
    return any(
        package in HARMLESS_PACKAGES or (package == "builtins" and name in HARMLESS)
        for package, name in names_of(value)
    )
