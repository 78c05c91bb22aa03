"""Python files: what each defines and imports."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from .syntax import Node, Tree, cst, full_name, names_in, walk
from .units import FIXTURES, SET_UP, Unit, fixture_name, is_unittest

CLIENTS = (b"TestClient", b"AsyncClient")


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
