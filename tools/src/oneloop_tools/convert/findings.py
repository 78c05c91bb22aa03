"""What is found in one function: what to change, the doubts, and which functions mention it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .clients import ClientSource
from .index import ProjectIndex, fixture_name, reaches, yields
from .modules import Function, Module
from .reasons import Doubt, Note
from .syntax import Node, cst, full_name, names_in, walk


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
    annotations: list[Node] = field(default_factory=list)  # of variables that hold a client
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
    gives_at: int | None = None  # its place in a tuple
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
    def only_uses_apps(self) -> bool:
        """Whether the function uses an app, and neither a client nor an event loop."""
        other = (self.sources, self.awaits, self.loop_params, self.makes, self.hacks, self.fixtures, self.by_string)
        return bool(self.apps) and not any(other)

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


class References:
    """The mentions of functions in all files."""

    def __init__(self, index: ProjectIndex, known: dict[Function, Findings]) -> None:
        self.index = index
        self.known = known
        self._mentioned: dict[Function, set[str]] = {}
        self._at_top: dict[Module, set[str]] = {}
        self._counts: dict[Module, Counter[str]] = {}
        self._imported: set[str] | None = None

    def of(self, function: Function) -> Iterator[Function | None]:
        """Yield each function that uses `function`, None for code outside of functions."""
        if function.kind == "fixture":
            yield from self._askers(function)
        elif function.kind == "set-up":
            yield from (each for each, found in self.known.items() if function in found.by_string)
        else:
            for module in self.index.modules:
                if self._may_mention(module, function):
                    yield from self.mentions(module, function.name)

    def calls(self, test: Function) -> bool:
        """Tell whether anything but pytest uses a test."""
        if test.module not in self._counts:
            counts = Counter(name for each in test.module.functions for name in self._names_of(each))
            counts.update(self._top_of(test.module))
            self._counts[test.module] = counts
        if self._imported is None:
            found = (module.imports.values() for module in self.index.modules)
            self._imported = {name.rpartition(".")[2] for names in found for name in names}
        if test.name in self._imported:
            return True
        return self._counts[test.module][test.name] > (test.name in self._names_of(test))

    def _names_of(self, function: Function) -> set[str]:
        if function not in self._mentioned:
            parts = (function.node.params, function.node.body, *function.node.decorators)
            self._mentioned[function] = names_in(parts)
        return self._mentioned[function]

    def _top_of(self, module: Module) -> set[str]:
        if module not in self._at_top:
            self._at_top[module] = names_in(_outside_of_functions(module.tree.module.body))
        return self._at_top[module]

    def _askers(self, fixture: Function) -> Iterator[Function | None]:
        name = fixture_name(fixture)
        for function, found in self.known.items():
            if function.kind not in ("test", "fixture"):
                continue
            named = name in {each.name.value for each in function.params}
            asks = named and self.index.fixture(name, function) is fixture
            comes = fixture in self.index.autouse and function.kind == "test" and reaches(fixture, function)
            if asks or comes or fixture in found.by_string:
                yield function
        for module in self.index.modules:
            if any(name == text for text in _strings(module)):
                yield None

    def _may_mention(self, module: Module, function: Function) -> bool:
        if module is function.module or function.owner is not None:
            return module is function.module
        for local, dotted in module.imports.items():
            found = self.index.find(dotted, module)
            if found == (function.module, function.name):
                return True
            whole = self.index.find(f"{dotted}.{function.name}", module)
            if whole == (function.module, function.name) and local:
                return True
        return False

    def mentions(self, module: Module, name: str) -> Iterator[Function | None]:
        """Yield each function of a file that contains a name, None for code outside of functions."""
        for function in module.functions:
            if name in self._names_of(function):
                yield function
        if name in self._top_of(module):
            yield None


def _outside_of_functions(body: Node) -> Iterator[Node]:
    for statement in body:
        if isinstance(statement, cst.ClassDef):
            yield from statement.bases
            yield from _outside_of_functions(statement.body.body)
        elif isinstance(statement, cst.FunctionDef):
            continue
        elif isinstance(statement, cst.SimpleStatementLine):
            for each in statement.body:
                if not isinstance(each, cst.Import | cst.ImportFrom):
                    yield each
        else:
            yield statement


def _strings(module: Module) -> Iterator[str]:
    # The names in `pytestmark = pytest.mark.usefixtures("name")`, at the top or in a class.
    for statement in _outside_of_functions(module.tree.module.body):
        if isinstance(statement, cst.Assign) and any(
            full_name(each.target) == "pytestmark" for each in statement.targets
        ):
            for node in walk(statement):
                value = getattr(node, "evaluated_value", None)
                if isinstance(value, str):
                    yield value
