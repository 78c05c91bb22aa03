"""What is not part of the tests: clients and functions of libraries, builtins, and code that cannot be followed."""

import itertools
import os.path
import urllib.parse
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.applications import Starlette

from oneloop_tools.audit.app.reach import lifespans_of

from .literals import MANY, plain_of
from .record import path_below, send
from .statements import Statements
from .values import (
    ASYNC,
    SENDING,
    SOCKET,
    SYNC,
    Client,
    Entered,
    Instance,
    Items,
    Known,
    Library,
    OwnApp,
    Partial,
    Sender,
    Table,
    Text,
    Unknown,
    Value,
    Values,
    constant,
    one_of,
    text_of,
)

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
    urllib.parse.urljoin, urllib.parse.urlencode, urllib.parse.quote, urllib.parse.quote_plus,
    os.path.join, str, int, len, range,
}  # fmt: skip
# These send no request through a client that they are given.
HARMLESS = {
    "isinstance", "print", "type", "id", "repr", "str", "hasattr", "setattr", "callable", "len",
    "setup_databases", "super", "vars", "dir", "bool",
}  # fmt: skip
HARMLESS_PACKAGES = {"unittest", "pytest", "_pytest", "pytest_mock", "mock", "contextlib", "typing", "warnings"}
CONTAINERS = (list, tuple, set, sorted, reversed, iter, frozenset)


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


Keywords = dict[str, Values]


class Foreign(Statements):
    """Knows a few libraries, and notes a client that is passed to code that cannot be followed."""

    app: Starlette | None

    @abstractmethod
    def fixture_value(self, names: Values) -> Values:
        """Return the value of `request.getfixturevalue(name)`."""

    def make_client(self, kind: str, arguments: list[Values], keywords: Keywords) -> Client:
        """Return a client on the app in its arguments."""
        self.record.clients.add(kind)
        base = keywords.get("base_url", (Text(""),))[0]
        # httpx gets its app through the transport. Known calls return the app that they were given.
        given = keywords.get("app") or keywords.get("transport") or (arguments or [(Known(None),)])[0]
        app: object = None
        for each in given:
            if isinstance(each, OwnApp):
                app = each
            elif _is_app(each) and isinstance(each, Known) and each.value is not self.app:
                app = each.value
        prefix = path_below(base.text) if isinstance(base, Text) else ""
        return Client(kind, prefix.rstrip("/"), app)

    def enter(self, value: Value, where: str) -> None:
        """Note a lifespan that is entered with a value. `LifespanManager(app)` has the value of the app."""
        client = value.client if isinstance(value, Instance) else value
        if isinstance(client, Client) and client.kind == SYNC and not isinstance(client.app, OwnApp):
            self.record.entered.append(Entered(SYNC, client.app, where))
        elif _is_app(value) and isinstance(value, Known):
            self.record.entered.append(Entered(ASYNC, value.value, where))

    @staticmethod
    def _is_lifespan(called: Any, arguments: list[Values]) -> bool:
        apps = [each.value for each in arguments[0] if isinstance(each, Known) and _is_app(each)] if arguments else []
        return any(called is each for app in apps for each in lifespans_of(app))

    def of_library(  # noqa: C901, PLR0911  one case a function
        self, value: Library | Known, arguments: list[Values], keywords: Keywords, where: str
    ) -> Values:
        kind = client_kind(value)
        if kind is not None:
            return (self.make_client(kind, arguments, keywords),)
        names = names_of(value)
        last = {name for _, name in names}
        if last & {"FastAPI", "Starlette"} and not _is_app(value):
            return (OwnApp(where),)
        if isinstance(value, Known) and self._is_lifespan(value.value, arguments):
            return arguments[0]
        if last & {"ASGITransport", "LifespanManager", "closing", "aclosing", "nullcontext"}:
            given = keywords.get("app") or (arguments[0] if arguments else None)
            return given or (Unknown("it wraps nothing"),)
        if "partial" in last and arguments:
            return tuple(Partial(f, tuple(arguments[1:]), keywords) for f in arguments[0])
        if names & {("pytest", "param"), ("_pytest", "param")}:
            return (Items(arguments) if len(arguments) != 1 else arguments[0][0],)
        if "getfixturevalue" in last and arguments:
            return self.fixture_value(arguments[0])
        if any(package in MODULES_THAT_SEND and name in SENDING for package, name in names):
            self.record.clients.add(SOCKET)
            name = next(name for package, name in names if package in MODULES_THAT_SEND)
            return send(self.record, Client(SOCKET), name, arguments, keywords, where)
        if isinstance(value, Known):
            found = self._of_known_function(value.value, arguments, keywords)
            if found is not None:
                return found
        if not is_harmless(value):
            self.passed_on(value, arguments, keywords, where)
        return (Unknown("its return value is unknown"),)

    def _of_known_function(self, function: Any, arguments: list[Values], keywords: Keywords) -> Values | None:
        if function is getattr and len(arguments) >= 2:
            names = [plain_of(each) for each in arguments[1]]
            found = [self.attribute(o, str(n[0]), "getattr") for o in arguments[0] for n in names if n]
            return one_of(*found) or (Unknown("the attribute is computed"),)
        if function is dict:
            first = arguments[0][0] if arguments else Table()
            entries = first.entries if isinstance(first, Table) else {}
            return (Table({**entries, **keywords}),)
        if function is str and len(arguments) == 1:
            return tuple(Text(text_of(each)) for each in arguments[0])
        if _is_pure(function):
            return None if keywords else _really_called(function, arguments)
        return self._iterated(function, arguments) if arguments else None

    def _iterated(self, function: Any, arguments: list[Values]) -> Values | None:
        """Return the elements of a function that iterates over its arguments."""
        parts = [self.elements(each) for each in arguments]
        rows: Iterable[Sequence[Values]]
        if any(function is each for each in CONTAINERS):
            return (Items(parts[0]),)
        if function is itertools.chain:
            return (Items([each for part in parts for each in part]),)
        if function is enumerate:
            rows = [((Known(number),), each) for number, each in enumerate(parts[0])]
        elif function is zip:
            rows = zip(*parts, strict=False)
        elif function is itertools.product:
            rows = itertools.islice(itertools.product(*parts), MANY)
        else:
            return None
        return (Items([(Items(list(row)),) for row in rows]),)

    def passed_on(self, value: Value, arguments: list[Values], keywords: Keywords, where: str) -> None:
        """Note a client that is passed to code that cannot be followed. A method of one may be called there."""
        given = [*arguments, *keywords.values()]
        for index, values in enumerate(given):
            for each in values:
                if isinstance(each, Sender):
                    after = arguments[index + 1 :] or _items(keywords.get("args"))
                    self._passed_method(each, after, where)
                elif isinstance(each, Client) or (isinstance(each, Instance) and each.client):
                    name = value.name if isinstance(value, Library) else "a function"
                    self.record.lost.append(
                        f"the client is passed to {name}, which is not part of the tests, at {where}"
                    )

    def _passed_method(self, sender: Sender, after: list[Values], where: str) -> None:
        if after and isinstance(after[0][0], Items):  # `executor.map(client.get, urls)`
            for each in self.elements(after[0]):
                send(self.record, sender.client, sender.name, [each], {}, where)
        else:
            send(self.record, sender.client, sender.name, after, {}, where)


def _items(values: Values | None) -> list[Values]:
    return values[0].items if values and isinstance(values[0], Items) else []


def _really_called(function: Any, arguments: list[Values]) -> Values | None:
    plain = [plain_of(each[0]) if len(each) == 1 else None for each in arguments]
    if not all(plain):
        return None
    try:
        return (constant(function(*(each[0] for each in plain if each))),)
    except (TypeError, ValueError):
        return None


def _is_pure(function: Any) -> bool:
    try:
        return function in PURE
    except TypeError:  # it is not hashable
        return False


def _is_app(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, Starlette)
