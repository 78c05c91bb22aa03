"""What is found in one function: what to change, and the doubts."""

from dataclasses import dataclass, field
from typing import Any

from .clients import ClientSource
from .functions import yields
from .modules import Function
from .reasons import Doubt, Note
from .syntax import Node, cst, walk


@dataclass(eq=False)
class Findings:
    """Everything that is known about a function before the decision."""

    function: Function
    sources: dict[str, ClientSource] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    # What to change, by kind.
    renames: list[tuple[Node, ClientSource]] = field(default_factory=list)
    requests: list[Node] = field(default_factory=list)
    follows: list[Node] = field(default_factory=list)
    old_options: list[Node] = field(default_factory=list)
    as_request: list[Node] = field(default_factory=list)
    helper_calls: list[tuple[Node, Function]] = field(default_factory=list)
    runs: list[tuple[Node, Node]] = field(default_factory=list)
    sleeps: list[Node] = field(default_factory=list)
    lists: list[Node] = field(default_factory=list)
    nested: list[Node] = field(default_factory=list)
    nested_calls: list[Node] = field(default_factory=list)
    managers: list[Node] = field(default_factory=list)
    apps: list[Node] = field(default_factory=list)
    dropped: list[Node] = field(default_factory=list)
    spliced: list[Node] = field(default_factory=list)
    set_up: list[tuple[Node, list[Node]]] = field(default_factory=list)
    loop_params: list[str] = field(default_factory=list)
    # What the function depends on.
    fixtures: dict[str, Function] = field(default_factory=dict)  # those that use a client, by name
    by_string: list[Function] = field(default_factory=list)  # the same, by usefixtures or autouse
    called: set[Function] = field(default_factory=set)
    class_attributes: list[Node] = field(default_factory=list)  # the lines that make clients
    attributes: set[str] = field(default_factory=set)
    origins: set[Any] = field(default_factory=set)
    # What the function provides.
    gives: ClientSource | None = None
    plain: bool = False  # a fixture that only makes the client
    mutates: set[Any] = field(default_factory=set)
    plain_app: bool = False  # a fixture `app` that only returns the app
    makes: bool = False
    hacks: bool = False  # it runs an event loop in a way that is not understood
    factory: bool = False  # it gives a function that makes requests

    @property
    def awaits(self) -> bool:
        """Whether the function has to be async."""
        made = (self.requests, self.runs, self.helper_calls, self.managers, self.nested_calls)
        return any(made)

    @property
    def touches(self) -> bool:
        """Whether the function uses a client or an event loop."""
        needs = (self.sources, self.awaits, self.loop_params, self.makes, self.hacks)
        return any(needs) or (bool(self.apps) and self.function.kind == "fixture")

    @property
    def needs_client(self) -> bool:
        """Whether the function needs a client as an additional parameter."""
        return any(source.kind in ("constructor", "module") for source in self.sources.values())


@dataclass(frozen=True)
class Inventory:
    """The nodes of a function by kind, found in one walk."""

    names: list[Node]
    calls: list[Node]
    attributes: list[Node]
    strings: list[Node]
    functions: list[Node]
    yields: list[Node]

    @classmethod
    def of(cls, function: Function) -> "Inventory":
        """Walk over a function, without its decorators."""
        kinds = (cst.Name, cst.Call, cst.Attribute, cst.SimpleString, cst.FunctionDef)
        found: tuple[list[Node], ...] = ([], [], [], [], [])
        for part in (function.node.params, function.node.body):
            for node in walk(part):
                for kind, nodes in zip(kinds, found, strict=True):
                    if isinstance(node, kind):
                        nodes.append(node)
        names, calls, attributes, strings, functions = found
        return cls(names, calls, attributes, strings, functions, yields(function.node))


_INVENTORIES: dict[int, tuple[Function, Inventory]] = {}


def inventory_of(function: Function) -> Inventory:
    """Return the nodes of a function by kind. Each function is walked once."""
    kept = _INVENTORIES.get(id(function))
    if kept is None:
        kept = _INVENTORIES[id(function)] = (function, Inventory.of(function))
    return kept[1]
