"""The examination of one function: what its judges share, and where an `await` means the same as the sync call."""

from collections.abc import Callable, Iterator
from functools import cached_property

from .clients import ClientSource
from .findings import Findings, Inventory, inventory_of
from .index import ProjectIndex, yields
from .modules import Function
from .reasons import Doubt
from .scopes import is_stored
from .shared_sessions import SharedSessions
from .syntax import Node, cst, full_name, walk

# Context managers that let every exception pass.
KNOWN = {
    *("patch", "object", "dict", "multiple", "context", "freeze_time", "travel", "at_level"),
    *("open", "test", "nullcontext", "TemporaryDirectory", "NamedTemporaryFile", "subTest"),
    *("capture_logs", "localcontext", "redirect_stdout", "redirect_stderr", "begin"),
}
# Exceptions that both kinds of client raise.
OF_THE_CLIENT = ("HTTPStatusError", "TooManyRedirects", "InvalidURL", "UnsupportedProtocol")
CONSUMERS = ("list", "set", "tuple", "sum", "sorted", "max", "min", "dict", "frozenset", "Counter")


class AwaitPositions:
    def __init__(self, function: Function, found: Findings, inventory: Inventory) -> None:
        self.function = function
        self.found = found
        self.all = inventory
        self.tree = function.module.tree
        # Whether a context manager of the tests lets every exception pass.
        self.is_harmless: Callable[[Node], bool] = lambda _: False

    @cached_property
    def statements(self) -> list[Node]:
        kinds = cst.BaseSmallStatement | cst.BaseCompoundStatement
        return [each for each in walk(self.function.node.body) if isinstance(each, kinds)]

    @cached_property
    def _stored(self) -> list[tuple[str, Node]]:
        return [(each.value, each) for each in self.all.names if is_stored(each, self.tree)]

    @cached_property
    def bound(self) -> set[str]:
        """The names that the function binds, without its parameters."""
        params = {id(each.name) for each in self.function.params}
        return {name for name, node in self._stored if id(node) not in params}

    def times_bound(self, name: str, scope: Node | None) -> int:
        """Return how often a variable of a scope is bound; a parameter is once."""
        return sum(stored == name and self.function.scopes.binder(node) is scope for stored, node in self._stored)

    def rebound(self, name: str, source: ClientSource) -> set[str]:
        """Return `name` in a set if it is bound again after it was a client."""
        if name.startswith("self.") or not name:
            return set()
        times = self.times_bound(name, source.scope)
        once = source.kind in ("fixture", "plugin", "parameter", "constructor", "alias")
        return {name} if times > (1 if once else 0) else set()

    def variables(self, name: str) -> list[Node]:
        """Return the nodes that read a variable."""
        return [
            each
            for each in self.all.names
            if each.value == name and not self._is_label(each) and not is_stored(each, self.tree)
        ]

    def uses(self, name: str, scope: Node | None) -> list[Node]:
        """Return the nodes that read a variable of a scope, None for a name of the file."""
        return [each for each in self.variables(name) if self.function.scopes.binder(each) is scope]

    def _is_label(self, name: Node) -> bool:
        parent = self.tree.parent(name)
        if isinstance(parent, cst.Attribute):
            return parent.attr is name
        return isinstance(parent, cst.Arg) and parent.keyword is name

    def check_await(self, node: Node, doubts: list[Doubt], *, requests: bool) -> None:
        """Note a doubt if `node` cannot be awaited at its position, and the changes that make it possible.

        With `requests`, code around it that catches an exception is a doubt too.
        """
        tree, function = self.tree, self.function
        for parent, child in tree.above(node, function.node):
            if isinstance(parent, cst.Lambda):
                doubts.append(Doubt("no-await", node, "inside a lambda"))
            elif isinstance(parent, cst.ClassDef):
                doubts.append(Doubt("names", node, "inside a class"))
            elif isinstance(parent, cst.GeneratorExp):
                self._check_generator(parent, child, node, doubts)
            elif isinstance(parent, cst.FormattedStringExpression) and parent.equal is not None:
                doubts.append(Doubt("names", node, "the f-string prints its text"))
            elif isinstance(parent, cst.FunctionDef) and parent is not function.node:
                self._check_nested(parent, child, doubts)
        top = next(child for parent, child in tree.above(node, function.node) if parent is function.node)
        if top is not function.node.body:
            doubts.append(Doubt("no-await", node, "in the signature"))
        if requests:
            self.check_surroundings(node, doubts)

    def _check_generator(self, generator: Node, child: Node, node: Node, doubts: list[Doubt]) -> None:
        first = generator.for_in
        if child is first and any(each is node for each in walk(first.iter)):
            return  # the outermost iterable is evaluated outside of the generator
        arg = self.tree.parent(generator)
        call = self.tree.parent(arg) if isinstance(arg, cst.Arg) else None
        if not isinstance(call, cst.Call) or len(call.args) != 1 or arg.star:
            doubts.append(Doubt("laziness", node))
            return
        if not self._takes_all(call):
            doubts.append(Doubt("laziness", node))
        elif not any(each is generator for each in self.found.lists):
            self.found.lists.append(generator)

    def _takes_all(self, call: Node) -> bool:
        name = full_name(call.func) or ""
        parent = self.tree.parent(call)
        if name == "all":
            return isinstance(parent, cst.Assert)
        if name == "any":
            negated = isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not)
            return negated and isinstance(self.tree.parent(parent), cst.Assert)
        joins = isinstance(call.func, cst.Attribute) and call.func.attr.value == "join"
        return name in CONSUMERS or joins

    def _check_nested(self, inner: Node, child: Node, doubts: list[Doubt]) -> None:
        if child is not inner.body:
            doubts.append(Doubt("no-await", inner, "in a signature"))
            return
        if inner.asynchronous is not None or any(each is inner for each in self.found.nested):
            return
        if inner.decorators or yields(inner):
            doubts.append(Doubt("laziness" if yields(inner) else "helpers", inner))
            return
        self.found.nested.append(inner)
        name = inner.name.value
        if sum(1 for stored, _ in self._stored if stored == name) > 1:
            doubts.append(Doubt("names", inner, name))
        for use in self.variables(name):
            call = self.tree.parent(use)
            if isinstance(call, cst.Return) and self.function.kind == "fixture":
                self.found.factory = True
                continue
            if not (isinstance(call, cst.Call) and call.func is use):
                doubts.append(Doubt("arguments", use, f"{name} is passed on"))
                continue
            self.found.nested_calls.append(call)
            self.check_await(call, doubts, requests=True)

    def check_surroundings(self, node: Node, doubts: list[Doubt]) -> None:
        """Note a doubt if the code around `node` may expect an exception of the app."""
        for parent, child in self.tree.above(node, self.function.node):
            if isinstance(parent, cst.Try | cst.TryStar) and child is parent.body:
                if parent.handlers:
                    doubts.append(Doubt("errors", node, "it is caught"))
            elif isinstance(parent, cst.With) and child is parent.body:
                for item in parent.items:
                    self._check_manager(item, parent, node, doubts)

    def _check_manager(self, item: Node, block: Node, node: Node, doubts: list[Doubt]) -> None:
        if any(block is each for each in (*self.found.spliced, *self.found.managers)):
            return
        name = full_name(item.item) or ""
        last = name.rpartition(".")[2]
        if last in ("raises", "suppress", "assertRaises"):
            args = item.item.args if isinstance(item.item, cst.Call) else ()
            expected = [(full_name(arg.value) or "") for arg in args if arg.keyword is None]
            if not expected or any(e.rpartition(".")[2] not in OF_THE_CLIENT for e in expected):
                doubts.append(Doubt("errors", node, f"{name}({', '.join(expected)})"))
        elif last in KNOWN or block.asynchronous is not None or self.is_harmless(item.item):
            return
        else:
            doubts.append(Doubt("context-managers", node, name))


class Examination:
    """One look at one function. `known` holds what was found in the other functions so far."""

    def __init__(
        self, function: Function, index: ProjectIndex, known: dict[Function, Findings], sessions: SharedSessions
    ) -> None:
        self.function = function
        self.index = index
        self.sessions = sessions
        self.known = known
        self.module = function.module
        self.tree = function.module.tree
        self.found = Findings(function)
        self.all = inventory_of(function)
        self.positions = AwaitPositions(function, self.found, self.all)
        self.names = {each.name.value for each in function.params}

    def doubt(self, reason: str, node: Node, detail: str = "") -> None:
        """Note a reason to leave the function as it is."""
        self.found.doubts.append(Doubt(reason, node, detail))

    def binder(self, target: Node) -> Node | None:
        """Return the scope whose variable a target is, None for an attribute."""
        return self.function.scopes.binder(target) if isinstance(target, cst.Name) else None

    def is_nested(self, node: Node) -> bool:
        """Tell whether a node is in a function within the function."""
        inner = cst.FunctionDef | cst.Lambda
        return any(isinstance(each, inner) and each is not self.function.node for each, _ in self._above(node))

    def _above(self, node: Node) -> Iterator[tuple[Node, Node]]:
        return self.tree.above(node, self.function.node)

    def assigned_to(self, node: Node) -> list[Node]:
        """Return the targets that get `node` by an assignment, none if it is not assigned whole."""
        child, parent, at = node, self.tree.parent(node), None
        if isinstance(parent, cst.Element):
            child = self.tree.parent(parent)
            at = [each is parent for each in child.elements].index(True)
            parent = self.tree.parent(child)
        if isinstance(parent, cst.AnnAssign) and parent.value is child and at is None:
            return [parent.target]
        if not isinstance(parent, cst.Assign) or parent.value is not child:
            return []
        targets = [each.target for each in parent.targets]
        if at is None:
            return targets
        parts = [_part(each, at, len(child.elements)) for each in targets]
        return [] if None in parts else parts

    def own_attribute(self, target: Node) -> str | None:
        """Return the name of an attribute of `self` or `cls`."""
        name = full_name(target) if isinstance(target, cst.Attribute) else None
        first, _, rest = (name or "").partition(".")
        own = self.function.owner is not None and first in ("self", "cls") and "." not in rest
        return rest if own else None


def _part(target: Node, at: int, length: int) -> Node | None:
    """Return the target at a position, None if the target is not a tuple of that length."""
    parts = target.elements if isinstance(target, cst.Tuple | cst.List) else []
    starred = any(isinstance(each, cst.StarredElement) for each in parts)
    return None if starred or len(parts) != length else parts[at].value
