"""Units: the functions that matter, each a test, a fixture, a set-up method or a helper."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .syntax import Node, children, cst, full_name

if TYPE_CHECKING:
    from .modules import Module

SET_UP = ("setup_method", "setup_class", "setup", "teardown_method", "teardown_class")
FIXTURES = ("pytest.fixture", "pytest_asyncio.fixture")


@dataclass(eq=False)
class Unit:
    """A function at the top of a file, or a method of a class there."""

    module: "Module"
    node: Node
    owner: Node | None = None
    kind: str = "helper"
    # Parameters through which a caller hands a client to a helper.
    given: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Return its own name."""
        return str(self.node.name.value)

    @property
    def nodeid(self) -> str:
        """Return pytest's name for it, without parameters."""
        inside = f"{self.module.class_names[id(self.owner)]}::" if self.owner is not None else ""
        return f"{self.module.shown}::{inside}{self.name}"

    @property
    def params(self) -> list[Node]:
        """Return the parameters that have a name of their own."""
        every = self.node.params
        return [*every.posonly_params, *every.params, *every.kwonly_params]

    @property
    def is_async(self) -> bool:
        """Say whether it is `async def`."""
        return self.node.asynchronous is not None

    def decorator(self, *names: str) -> Node | None:
        """Return the decorator that is one of `names`, called or not."""
        for each in self.node.decorators:
            if self.module.dotted(each.decorator) in names:
                return each.decorator
        return None

    def __repr__(self) -> str:
        """Show which one it is."""
        return f"<{self.kind} {self.nodeid}>"


def fixture_name(unit: Unit) -> str:
    """Return the name by which a fixture is asked for."""
    decorator = unit.decorator(*FIXTURES)
    if isinstance(decorator, cst.Call):
        for arg in decorator.args:
            if arg.keyword is not None and arg.keyword.value == "name":
                value = getattr(arg.value, "evaluated_value", None)
                return value if isinstance(value, str) else unit.name
    return unit.name


def fixture_option(unit: Unit, name: str) -> Node | None:
    """Return the value of a keyword of the fixture's decorator."""
    decorator = unit.decorator(*FIXTURES)
    for arg in decorator.args if isinstance(decorator, cst.Call) else ():
        if arg.keyword is not None and arg.keyword.value == name:
            return arg.value
    return None


def fixture_scope(unit: Unit) -> str:
    """Return how long a fixture lives; `unknown` when a callable decides."""
    value = fixture_option(unit, "scope")
    if value is None:
        return "function"
    found = getattr(value, "evaluated_value", "unknown")
    return found if isinstance(found, str) else "unknown"


def is_unittest(unit: Unit) -> bool:
    """Say whether a method's class is one of unittest's, by its bases' names."""
    if unit.owner is None:
        return False
    bases = [full_name(each.value) or "" for each in unit.owner.bases]
    return any(base.endswith(("TestCase", "AsyncioTestCase")) for base in bases)


def yields(function: Node) -> list[Node]:
    """Return the `yield`s of a function, without those of functions in it."""
    found, stack = [], [function.body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Yield):
            found.append(node)
        stack.extend(
            each
            for each in children(node)
            if not isinstance(each, cst.FunctionDef | cst.Lambda | cst.ClassDef)
        )
    return found


def own_body(function: Node) -> list[Node]:
    """Return the statements of a function without its docstring."""
    body = list(function.body.body)
    if body and isinstance(body[0], cst.SimpleStatementLine):
        first = body[0].body[0]
        if isinstance(first, cst.Expr) and isinstance(
            first.value, cst.SimpleString | cst.ConcatenatedString
        ):
            return body[1:]
    return body
