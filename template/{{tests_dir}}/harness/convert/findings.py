"""What is found in one function: what there is to change, and what speaks against it."""

from dataclasses import dataclass, field
from typing import Any

from .clients import Source
from .reasons import Doubt, Note
from .syntax import Node, cst, walk
from .units import Unit, yields


@dataclass(eq=False)
class Findings:
    """All that is known of a function, before anything is decided."""

    unit: Unit
    sources: dict[str, Source] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    # What is to be changed, by kind.
    renames: list[tuple[Node, Source]] = field(default_factory=list)
    requests: list[Node] = field(default_factory=list)
    follows: list[Node] = field(default_factory=list)
    old_options: list[Node] = field(default_factory=list)
    as_request: list[Node] = field(default_factory=list)
    helper_calls: list[tuple[Node, Unit]] = field(default_factory=list)
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
    # What it depends on.
    fixtures: dict[str, Unit] = field(default_factory=dict)  # those that hold a client, by name
    by_string: list[Unit] = field(default_factory=list)  # likewise, named by usefixtures or autouse
    called: set[Unit] = field(default_factory=set)
    class_attributes: list[Node] = field(default_factory=list)  # the lines that make clients
    attributes: set[str] = field(default_factory=set)
    origins: set[Any] = field(default_factory=set)
    # What it gives.
    gives: Source | None = None
    plain: bool = False  # a fixture that does nothing but make the client
    mutates: set[Any] = field(default_factory=set)
    plain_app: bool = False  # a fixture `app` that does nothing but give the app
    makes: bool = False
    hacks: bool = False  # it runs an event loop in a way that is not understood
    factory: bool = False  # it gives a function that makes requests

    @property
    def awaits(self) -> bool:
        """Say whether the function has to be async."""
        made = (self.requests, self.runs, self.helper_calls, self.managers, self.nested_calls)
        return any(made)

    @property
    def touches(self) -> bool:
        """Say whether there is anything of a client or of an event loop in it."""
        needs = (self.sources, self.awaits, self.loop_params, self.makes, self.hacks)
        return any(needs) or (bool(self.apps) and self.unit.kind == "fixture")

    @property
    def needs_client(self) -> bool:
        """Say whether the function needs the suite's client as a parameter that it has not."""
        return any(source.kind in ("constructor", "module") for source in self.sources.values())


@dataclass(frozen=True)
class Inventory:
    """The nodes of a function that matter, found in one walk."""

    names: list[Node]
    calls: list[Node]
    attributes: list[Node]
    strings: list[Node]
    functions: list[Node]
    yields: list[Node]

    @classmethod
    def of(cls, unit: Unit) -> "Inventory":
        """Walk over a function, without its decorators."""
        kinds = (cst.Name, cst.Call, cst.Attribute, cst.SimpleString, cst.FunctionDef)
        found: tuple[list[Node], ...] = ([], [], [], [], [])
        for part in (unit.node.params, unit.node.body):
            for node in walk(part):
                for kind, nodes in zip(kinds, found, strict=True):
                    if isinstance(node, kind):
                        nodes.append(node)
        names, calls, attributes, strings, functions = found
        return cls(names, calls, attributes, strings, functions, yields(unit.node))


_INVENTORIES: dict[int, tuple[Unit, Inventory]] = {}


def inventory_of(unit: Unit) -> Inventory:
    """Return the nodes of a function that matter; each function is walked over once."""
    kept = _INVENTORIES.get(id(unit))
    if kept is None:
        kept = _INVENTORIES[id(unit)] = (unit, Inventory.of(unit))
    return kept[1]
