"""The values that an expression in a test may have, its clients and requests among them. None of it is run."""

import ast
from dataclasses import dataclass, field
from typing import Any

from oneloop_tools.audit.app.resources import Resource
from oneloop_tools.audit.app.routes import HOLE

from .modules import Module

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
SENDING = {*METHODS, "request", "stream", "build_request", "send", "websocket_connect", "websocket"}

SYNC = "TestClient"
ASYNC = "AsyncClient"
SOCKET = "socket client"
LIMIT = 32


@dataclass(frozen=True)
class Unknown:
    """A value that cannot be read, and why."""

    why: str


@dataclass(frozen=True)
class Client:
    """A client: its kind, the path of its base URL, and its app (None: the app that is audited)."""

    kind: str
    base: str = ""
    app: object = None


@dataclass(eq=False)
class SentRequest:
    """One request in the text of the tests.

    `method` and `url` are None if they cannot be read, and `why` gives the reason. A real run adds `observed`.
    """

    client: Client | Unknown
    method: str | None
    url: str | None
    where: str
    why: str = ""
    expected: set[int] = field(default_factory=set)
    observed: set[Resource] = field(default_factory=set)


@dataclass(frozen=True)
class Entered:
    """A lifespan that a test runs: by `with` on a client, or by itself. `app` is that of a client."""

    kind: str
    app: object
    where: str


@dataclass(frozen=True)
class Text:
    """A string. A part that cannot be read is a hole."""

    text: str


@dataclass(frozen=True, eq=False)
class Known:
    """A real object: a constant, or part of a module that the app has imported."""

    value: Any


@dataclass(frozen=True)
class Library:
    """Part of a library that is not imported, by its full name."""

    name: str


@dataclass(frozen=True)
class Sender:
    """A method of a client that sends a request: `client.get`."""

    client: Client
    name: str


@dataclass(eq=False)
class Function:
    """A function of the tests, with the variables that it closes over."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: Module
    closure: dict[str, "Values"] = field(default_factory=dict)
    owner: "Instance | None" = None
    of_class: "Class | None" = None


@dataclass(eq=False)
class Class:
    """A class of the tests."""

    node: ast.ClassDef
    module: Module
    bases: list["Value"] = field(default_factory=list)


@dataclass(eq=False)
class Instance:
    """An instance of such a class. `client` is set if the class is one of clients."""

    of: Class
    attributes: dict[str, "Values"] = field(default_factory=dict)
    client: Client | None = None


@dataclass(frozen=True, eq=False)
class Super:
    """`super()` in a method."""

    instance: Instance
    after: Class


@dataclass(eq=False)
class Items:
    """A list or a tuple."""

    items: list["Values"]


@dataclass(eq=False)
class Table:
    """A dictionary whose keys are constants."""

    entries: dict[Any, "Values"] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Partial:
    """`functools.partial(function, ...)`."""

    function: "Value"
    arguments: tuple["Values", ...]
    keywords: dict[str, "Values"]


@dataclass(frozen=True, eq=False)
class Response:
    """The response to a request."""

    request: SentRequest


@dataclass(frozen=True, eq=False)
class Status:
    """The status of a response."""

    request: SentRequest


@dataclass(frozen=True, eq=False)
class Prepared:
    """A request that is built and not sent yet."""

    method: "Values"
    url: "Values"


@dataclass(eq=False)
class FixtureRequest:
    """The fixture `request` of pytest."""

    param: "Values"
    instance: "Instance | None" = None


@dataclass(frozen=True, eq=False)
class OwnApp:
    """An app that the tests make themselves."""

    where: str


Value = (
    Text
    | Known
    | Library
    | Unknown
    | Client
    | Sender
    | Function
    | Class
    | Instance
    | Super
    | Items
    | Table
    | Partial
    | Response
    | Status
    | Prepared
    | FixtureRequest
    | OwnApp
)
# Everything that an expression may be. Never empty.
Values = tuple[Value, ...]


def one_of(*groups: Values) -> Values:
    """Join alternatives. If there are too many, keep the first ones and add an unknown."""
    found = tuple(dict.fromkeys(value for group in groups for value in group))
    return found if len(found) <= LIMIT else (*found[:LIMIT], Unknown("it may have too many values"))


def text_of(value: Value) -> str:
    """Return how a value reads in a string."""
    if isinstance(value, Text):
        return value.text
    if isinstance(value, Known) and isinstance(value.value, int | float | str):
        return str(value.value)
    return HOLE


def constant(value: Any) -> Value:
    return Text(value) if isinstance(value, str) else Known(value)
