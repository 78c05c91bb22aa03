"""What an expression in a test may be, as far as it can be read without running it."""

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calls import Call
    from .modules import Module

HOLE = "\0"

SYNC = "TestClient"
ASYNC = "AsyncClient"
SOCKET = "socket client"


@dataclass(frozen=True)
class Text:
    """A string; what is not known of it is a hole."""

    text: str


@dataclass(frozen=True, eq=False)
class Known:
    """A real object: a constant, or something of a module that the app has imported."""

    value: Any


@dataclass(frozen=True)
class Library:
    """Something of a library, by its full name; the library is not imported for it."""

    name: str


@dataclass(frozen=True)
class Unknown:
    """Nothing can be said, and why."""

    why: str


@dataclass(frozen=True)
class Client:
    """A client: of which kind, below which path, on which app (None: the one that is audited)."""

    kind: str
    base: str = ""
    app: object = None


@dataclass(frozen=True)
class Sender:
    """A method of a client that sends a request: `client.get`."""

    client: Client
    name: str


@dataclass(eq=False)
class Function:
    """A function of the tests, with what it closes over."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: "Module"
    closure: dict[str, "Values"] = field(default_factory=dict)
    owner: "Instance | None" = None
    of_class: "Class | None" = None


@dataclass(eq=False)
class Class:
    """A class of the tests."""

    node: ast.ClassDef
    module: "Module"
    bases: list["Value"] = field(default_factory=list)


@dataclass(eq=False)
class Instance:
    """An object of such a class; one that is a client as well has `client`."""

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
class Answer:
    """What a request brought."""

    call: "Call"


@dataclass(frozen=True, eq=False)
class Status:
    """The status of an answer."""

    call: "Call"


@dataclass(frozen=True, eq=False)
class Prepared:
    """A request that was built and is not yet sent."""

    method: "Values"
    url: "Values"


@dataclass(eq=False)
class Request:
    """pytest's `request` in a fixture."""

    param: "Values"
    instance: "Instance | None" = None


@dataclass(frozen=True, eq=False)
class OwnApp:
    """An app that a test makes for itself."""

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
    | Answer
    | Status
    | Prepared
    | Request
    | OwnApp
)
# All that an expression may be; never empty.
Values = tuple[Value, ...]
LIMIT = 32


def one_of(*groups: Values) -> Values:
    """Join alternatives; of too many, the first ones and a sign that there are more."""
    found = tuple(dict.fromkeys(value for group in groups for value in group))
    return found if len(found) <= LIMIT else (*found[:LIMIT], Unknown("it may be too many things"))


def text_of(value: Value) -> str:
    """Return how a value reads in a string: holes where it is not known."""
    if isinstance(value, Text):
        return value.text
    if isinstance(value, Known) and isinstance(value.value, int | float | str):
        return str(value.value)
    return HOLE


def constant(value: Any) -> Value:
    """Return a constant as a value."""
    return Text(value) if isinstance(value, str) else Known(value)
