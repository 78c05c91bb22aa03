"""Parsed Python files, their names, and their functions.

A module has functions and each function knows its module, so both classes are here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .scopes import Scopes
from .syntax import Node, Tree, cst, full_name, names_in, walk


@dataclass(eq=False)
class Function:
    """A function at the top of a file, or a method of a class there."""

    module: "Module"
    node: Node
    owner: Node | None = None  # the class of a method
    kind: str = "helper"  # or test, fixture, set-up
    # The parameters through which a caller passes a client to a helper.
    given: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return str(self.node.name.value)

    @property
    def nodeid(self) -> str:
        """Pytest's name for it, without parameters."""
        inside = f"{self.module.class_names[id(self.owner)]}::" if self.owner is not None else ""
        return f"{self.module.shown}::{inside}{self.name}"

    @property
    def params(self) -> list[Node]:
        """The parameters, without `*args` and `**kwargs`."""
        every = self.node.params
        return [*every.posonly_params, *every.params, *every.kwonly_params]

    @property
    def is_async(self) -> bool:
        return self.node.asynchronous is not None

    @cached_property
    def scopes(self) -> Scopes:
        return Scopes(self.node, self.module.tree)

    def decorator(self, *names: str) -> Node | None:
        """Return the decorator that is one of `names`, called or not."""
        for each in self.node.decorators:
            if self.module.dotted(each.decorator) in names:
                return each.decorator
        return None

    def __repr__(self) -> str:
        return f"<{self.kind} {self.nodeid}>"


class Module:
    """One parsed file. `read_module` in `functions.py` makes a complete one."""

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
        self.top_functions: dict[str, Function] = {}
        self.functions: list[Function] = []
        self.fixtures: dict[str, Function] = {}
        self.closed: str | None = None  # why this file may not be changed
        self.mentions_overrides = "dependency_overrides" in names_in([tree.module])
        self._read()

    def _read(self) -> None:
        for statement in _top(self.tree.module.body):
            if isinstance(statement, cst.FunctionDef):
                self.functions.append(Function(self, statement))
                self.top_functions[statement.name.value] = self.functions[-1]
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
                self.functions.append(Function(self, each, owner))
            elif isinstance(each, cst.ClassDef):
                self._read_class(each, f"{name}::{each.name.value}")

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
        """Return the names that an import binds, each with the dotted name of what it means."""
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
        """Return the absolute name of the module in a `from ... import`."""
        base = full_name(statement.module) if statement.module is not None else None
        if not statement.relative:
            return base or ""
        parts = self.name.split(".")
        up = len(statement.relative) - (1 if self.is_package else 0)
        parts = parts[: len(parts) - up] if up else parts
        return ".".join([*parts, base] if base else parts)

    @cached_property
    def overridden_at_import(self) -> list[Node]:
        """The mentions of an app's dependency overrides that importing the file runs."""
        lines = self._simple_lines() if self.mentions_overrides else ()
        nodes = (node for line in lines for each in line.body for node in walk(each))
        return [n for n in nodes if isinstance(n, cst.Attribute) and n.attr.value == "dependency_overrides"]

    @cached_property
    def globals(self) -> set[str]:
        """The names that functions set at the top of the file by `global`."""
        nodes = (node for function in self.functions for node in walk(function.node.body))
        return {item.name.value for node in nodes if isinstance(node, cst.Global) for item in node.names}

    def changes_at_import(self, name: str, attributes: Iterable[str]) -> bool:
        """Tell whether importing the file touches one of these attributes of a name."""
        return any(
            isinstance(node, cst.Attribute) and node.attr.value in attributes and full_name(node.value) == name
            for line in self._simple_lines()
            for node in walk(line)
        )

    def _simple_lines(self) -> Iterator[Node]:
        return (each for each in _top(self.tree.module.body) if isinstance(each, cst.SimpleStatementLine))

    @property
    def is_test_code(self) -> bool:
        """Whether the file is one of the tests, by its path."""
        parts = self.shown.split("/")
        return parts[-1] == "conftest.py" or any(part.startswith("test") for part in parts)

    def dotted(self, expression: Node) -> str | None:
        """Return the dotted name of what an expression names: by its import, or as part of this file."""
        name = full_name(expression)
        if name is None:
            return None
        first, _, rest = name.partition(".")
        if first in self.imports:
            first = self.imports[first]
        elif first in self.top_functions or first in self.classes or first in self.assigned:
            first = f"{self.name}.{first}"
        return f"{first}.{rest}" if rest else first


def _top(body: Node) -> Iterator[Node]:
    """Yield the statements of a block, and those in an `if` or a `try` among them."""
    for statement in body:
        yield statement
        if isinstance(statement, cst.If | cst.Try) and isinstance(statement.body, cst.IndentedBlock):
            yield from _top(statement.body.body)
