"""Python files: what each defines and imports, and the functions in it that matter to tests."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .syntax import Node, Tree, children, cst, full_name, names_in, walk

SET_UP = ("setup_method", "setup_class", "setup", "teardown_method", "teardown_class")
CLIENTS = (b"TestClient", b"AsyncClient")
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


class Module:
    """One parsed file."""

    def __init__(self, path: Path, shown: str, tree: Tree) -> None:
        self.path = path
        self.shown = shown
        self.tree = tree
        parts = shown.removesuffix(".py").split("/")
        self.is_package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.is_package else parts)
        self.imports: dict[str, str] = {}
        self.assigned: dict[str, list[Node]] = {}
        self.classes: dict[str, Node] = {}
        self.class_names: dict[int, str] = {}  # as pytest writes them, one within the other
        self.functions: dict[str, Unit] = {}
        self.units: list[Unit] = []
        self.fixtures: dict[str, Unit] = {}
        self.closed: str | None = None  # why this file may not be changed
        self._overrides: bool | None = None
        self.overrides = "dependency_overrides" in names_in([tree.module])
        self._read()
        if any(word in tree.content for word in CLIENTS):
            self._read_local_imports()

    def _read_local_imports(self) -> None:
        # In a function, as if it stood at the top: a name that is imported twice means the same.
        for unit in self.units:
            for node in walk(unit.node.body):
                if isinstance(node, cst.Import | cst.ImportFrom):
                    for name, dotted in self.bindings(node).items():
                        self.imports.setdefault(name, dotted)

    def _read(self) -> None:
        for statement in self._top(self.tree.module.body):
            if isinstance(statement, cst.FunctionDef):
                self._add(Unit(self, statement))
            elif isinstance(statement, cst.ClassDef):
                self.classes[statement.name.value] = statement
                self._read_class(statement, statement.name.value)
            elif isinstance(statement, cst.SimpleStatementLine):
                for each in statement.body:
                    self._read_simple(each)

    def _read_class(self, owner: Node, name: str) -> None:
        self.class_names[id(owner)] = name
        for each in owner.body.body:
            if isinstance(each, cst.FunctionDef):
                self._add(Unit(self, each, owner))
            elif isinstance(each, cst.ClassDef):
                self._read_class(each, f"{name}::{each.name.value}")

    def _top(self, body: Node) -> Iterator[Node]:
        for statement in body:
            yield statement
            if isinstance(statement, cst.If | cst.Try) and isinstance(
                statement.body, cst.IndentedBlock
            ):
                yield from self._top(statement.body.body)

    def _read_simple(self, statement: Node) -> None:
        if isinstance(statement, cst.Import | cst.ImportFrom):
            self.imports.update(self.bindings(statement))
        elif isinstance(statement, cst.Assign):
            for target in statement.targets:
                if isinstance(target.target, cst.Name):
                    self.assigned.setdefault(target.target.value, []).append(statement.value)
        elif isinstance(statement, cst.AnnAssign) and statement.value is not None:
            self.assigned.setdefault(full_name(statement.target) or "", []).append(statement.value)

    def bindings(self, statement: Node) -> dict[str, str]:
        """Return what an import binds, by the local name: the dotted name of what it is."""
        found = {}
        if isinstance(statement, cst.ImportFrom):
            if isinstance(statement.names, cst.ImportStar):
                return {}
            base = self.absolute(statement)
            for alias in statement.names:
                local = alias.asname.name.value if alias.asname else alias.name.value
                found[local] = f"{base}.{alias.name.value}"
            return found
        for alias in statement.names:
            dotted = full_name(alias.name) or ""
            if alias.asname:
                found[alias.asname.name.value] = dotted
            else:
                found[dotted.partition(".")[0]] = dotted.partition(".")[0]
        return found

    def absolute(self, statement: Node) -> str:
        """Return the module that a `from` import names, whether by a relative name or not."""
        base = full_name(statement.module) if statement.module is not None else None
        if not statement.relative:
            return base or ""
        parts = self.name.split(".")
        up = len(statement.relative) - (1 if self.is_package else 0)
        parts = parts[: len(parts) - up] if up else parts
        return ".".join([*parts, base] if base else parts)

    def _add(self, unit: Unit) -> None:
        unit.kind = self._kind(unit)
        self.units.append(unit)
        if unit.kind == "fixture" and unit.owner is None:
            self.fixtures[fixture_name(unit)] = unit
        if unit.owner is None:
            self.functions[unit.name] = unit

    def _kind(self, unit: Unit) -> str:
        if unit.decorator(*FIXTURES):
            return "fixture"
        if unit.owner is not None and unit.name in SET_UP:
            return "set-up"
        in_class = unit.owner is None or unit.owner.name.value.startswith("Test")
        if unit.name.startswith("test") and (in_class or is_unittest(unit)):
            return "test"
        return "helper"

    def overrides_at_top(self) -> bool:
        """Say whether dependency overrides are laid when this file is imported."""
        if not self.overrides:
            return False
        if self._overrides is None:
            small = (
                each
                for line in self._top(self.tree.module.body)
                if isinstance(line, cst.SimpleStatementLine)
                for each in line.body
            )
            self._overrides = any(
                isinstance(each, cst.Assign | cst.Expr)
                and any(
                    isinstance(node, cst.Attribute) and node.attr.value == "dependency_overrides"
                    for node in walk(each)
                )
                for each in small
            )
        return self._overrides

    @cached_property
    def globals(self) -> set[str]:
        """Return the names that functions set at the top of the file."""
        nodes = (node for unit in self.units for node in walk(unit.node.body))
        return {
            item.name.value for node in nodes if isinstance(node, cst.Global) for item in node.names
        }

    def changes_at_top(self, name: str, attributes: Iterable[str]) -> bool:
        """Say whether the code outside of functions touches such attributes of a name."""
        lines = (
            each
            for each in self._top(self.tree.module.body)
            if isinstance(each, cst.SimpleStatementLine)
        )
        return any(
            isinstance(node, cst.Attribute)
            and node.attr.value in attributes
            and full_name(node.value) == name
            for line in lines
            for node in walk(line)
        )

    @property
    def is_test_code(self) -> bool:
        """Say whether the file is one of the tests, by its path."""
        parts = self.shown.split("/")
        return parts[-1] == "conftest.py" or any(part.startswith("test") for part in parts)

    def dotted(self, expression: Node) -> str | None:
        """Return the full name of what an expression names: by its import, else as of this file."""
        name = full_name(expression)
        if name is None:
            return None
        first, _, rest = name.partition(".")
        if first in self.imports:
            first = self.imports[first]
        elif first in self.functions or first in self.classes or first in self.assigned:
            first = f"{self.name}.{first}"
        return f"{first}.{rest}" if rest else first


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


__all__ = ["FIXTURES", "SET_UP", "Module", "Unit", "fixture_name", "fixture_option"]
__all__ += ["fixture_scope", "is_unittest", "own_body", "walk", "yields"]
