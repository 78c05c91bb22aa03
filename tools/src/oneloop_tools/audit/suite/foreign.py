"""What is not part of the tests: clients of libraries, builtins, and code that cannot be followed."""

import itertools
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.applications import Starlette

from .containers import MANY
from .libraries import MODULES_THAT_SEND, PURE, client_kind, is_harmless, names_of
from .sending import path_below, send
from .sent_requests import SENDING, SOCKET, Client, Unknown
from .statements import Statements
from .texts import plain_of
from .values import (
    Instance,
    Items,
    Known,
    Library,
    OwnApp,
    Partial,
    Sender,
    Table,
    Text,
    Value,
    Values,
    constant,
    one_of,
    text_of,
)

Keywords = dict[str, Values]
CONTAINERS = (list, tuple, set, sorted, reversed, iter, frozenset)


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
