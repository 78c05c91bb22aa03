"""Places: whether an `await` may stand here, and is reached as the sync call was."""

from collections.abc import Callable
from functools import cached_property

from .clients import Source
from .findings import Findings, Inventory
from .reasons import Doubt
from .syntax import Node, cst, full_name, walk
from .units import Unit, yields

# Managers that let an exception pass, and so do not care which one it is.
KNOWN = {
    *("patch", "object", "dict", "multiple", "context", "freeze_time", "travel", "at_level"),
    *("open", "test", "nullcontext", "TemporaryDirectory", "NamedTemporaryFile", "subTest"),
    *("capture_logs", "localcontext", "redirect_stdout", "redirect_stderr", "begin"),
}
# Exceptions of the client's own side: both kinds of client raise them.
OF_THE_CLIENT = ("HTTPStatusError", "TooManyRedirects", "InvalidURL", "UnsupportedProtocol")
CONSUMERS = ("list", "set", "tuple", "sum", "sorted", "max", "min", "dict", "frozenset", "Counter")


class Places:
    """The places in one function."""

    def __init__(self, unit: Unit, found: Findings, inventory: Inventory) -> None:
        self.unit = unit
        self.found = found
        self.all = inventory
        self.tree = unit.module.tree
        # Whether a manager lets every exception pass, which only its code can tell.
        self.is_harmless: Callable[[Node], bool] = lambda _: False

    @cached_property
    def statements(self) -> list[Node]:
        """Every statement, simple and compound."""
        kinds = cst.BaseSmallStatement | cst.BaseCompoundStatement
        return [each for each in walk(self.unit.node.body) if isinstance(each, kinds)]

    @cached_property
    def _stored(self) -> list[tuple[str, Node]]:
        return [(each.value, each) for each in self.all.names if self._is_stored(each)]

    @cached_property
    def bound(self) -> set[str]:
        """Return the names that the function gives a value, its own parameters left out."""
        params = {id(each.name) for each in self.unit.params}
        return {name for name, node in self._stored if id(node) not in params}

    def rebound(self, name: str, source: Source) -> set[str]:
        """Return `name`, in a set, when it is bound again after it was a client."""
        if name.startswith("self.") or not name:
            return set()
        times = sum(1 for stored, _ in self._stored if stored == name)
        once = source.kind in ("fixture", "harness", "parameter", "constructor")
        return {name} if times > (1 if once else 0) else set()

    def variables(self, name: str) -> list[Node]:
        """Return the uses of a variable that read it."""
        return [
            each
            for each in self.all.names
            if each.value == name and not self._is_label(each) and not self._is_stored(each)
        ]

    def _is_label(self, name: Node) -> bool:
        parent = self.tree.parent(name)
        if isinstance(parent, cst.Attribute):
            return parent.attr is name
        return isinstance(parent, cst.Arg) and parent.keyword is name

    def _is_stored(self, name: Node) -> bool:
        parent = self.tree.parent(name)
        child = name
        while isinstance(parent, cst.Tuple | cst.List | cst.Element | cst.StarredElement):
            child, parent = parent, self.tree.parent(parent)
        if isinstance(parent, cst.AssignTarget | cst.For | cst.CompFor | cst.NamedExpr):
            return parent.target is child
        if isinstance(parent, cst.AugAssign | cst.AnnAssign | cst.Del):
            return parent.target is child
        if isinstance(parent, cst.Param | cst.FunctionDef | cst.ClassDef | cst.AsName):
            return parent.name is name
        if isinstance(parent, cst.MatchAs | cst.MatchStar):
            return parent.name is name
        return isinstance(parent, cst.ImportAlias | cst.NameItem)

    def check_await(self, node: Node, doubts: list[Doubt], *, requests: bool) -> None:
        """Doubt whether `node` can be awaited where it stands; see to it that it can.

        With `requests`, whatever catches an exception on the way is a doubt too.
        """
        tree, unit = self.tree, self.unit
        for parent, child in tree.above(node, unit.node):
            if isinstance(parent, cst.Lambda):
                doubts.append(Doubt("arguments", node, "inside a lambda"))
            elif isinstance(parent, cst.ClassDef):
                doubts.append(Doubt("names", node, "inside a class"))
            elif isinstance(parent, cst.GeneratorExp):
                self._check_generator(parent, child, node, doubts)
            elif isinstance(parent, cst.FormattedStringExpression) and parent.equal is not None:
                doubts.append(Doubt("names", node, "its own text is printed"))
            elif isinstance(parent, cst.FunctionDef) and parent is not unit.node:
                self._check_nested(parent, child, doubts)
        top = next(child for parent, child in tree.above(node, unit.node) if parent is unit.node)
        if top is not unit.node.body:
            doubts.append(Doubt("arguments", node, "in the signature"))
        if requests:
            self.check_surroundings(node, doubts)

    def _check_generator(
        self, generator: Node, child: Node, node: Node, doubts: list[Doubt]
    ) -> None:
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
            negated = isinstance(parent, cst.UnaryOperation) and isinstance(
                parent.operator, cst.Not
            )
            return negated and isinstance(self.tree.parent(parent), cst.Assert)
        joins = isinstance(call.func, cst.Attribute) and call.func.attr.value == "join"
        return name in CONSUMERS or joins

    def _check_nested(self, function: Node, child: Node, doubts: list[Doubt]) -> None:
        if child is not function.body:
            doubts.append(Doubt("arguments", function, "in a signature"))
            return
        if function.asynchronous is not None or any(each is function for each in self.found.nested):
            return
        if function.decorators or yields(function):
            doubts.append(Doubt("laziness" if yields(function) else "helpers", function))
            return
        self.found.nested.append(function)
        name = function.name.value
        if sum(1 for stored, _ in self._stored if stored == name) > 1:
            doubts.append(Doubt("names", function, name))
        for use in self.variables(name):
            call = self.tree.parent(use)
            if isinstance(call, cst.Return) and self.unit.kind == "fixture":
                self.found.factory = True
                continue
            if not (isinstance(call, cst.Call) and call.func is use):
                doubts.append(Doubt("arguments", use, f"{name} is passed on"))
                continue
            self.found.nested_calls.append(call)
            self.check_await(call, doubts, requests=True)

    def check_surroundings(self, node: Node, doubts: list[Doubt]) -> None:
        """Doubt whether an exception of the app is expected around `node`."""
        for parent, child in self.tree.above(node, self.unit.node):
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
