"""The tests of a suite and the fixture that a name means there, as pytest would collect them. Nothing is imported.

A fixture is looked up in the class, the module, the conftests above, and plugins.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from oneloop_tools.audit.sources import walk

from .modules import Definition, Module, Modules, fixture_name, is_autouse
from .names import lineage
from .record import Frame
from .values import Class, Function, Known, Library

CONFTEST = "conftest.py"


@dataclass(frozen=True, eq=False)
class Fixture:
    name: str
    node: Definition
    module: Module
    of_class: Class | None = None


Layer = dict[str, Fixture]


class Finder:
    """Finds the fixtures that a test can use, in layers, the nearest first."""

    def __init__(self, modules: Modules, root: Path) -> None:
        self._modules = modules
        self._root = root
        self._of_module: dict[Module, Layer] = {}
        self._above: dict[Path, list[Layer]] = {}

    def layers(self, module: Module, owner: Class | None) -> list[Layer]:
        """Return the layers for a test in a module, and perhaps in a class."""
        inner = [_of_class(each) for each in lineage(owner)] if owner is not None else []
        return [*inner, self.of_module(module), *self._conftests(module.path.parent)]

    def of_module(self, module: Module) -> Layer:
        """Return the fixtures that a module defines or imports."""
        if module not in self._of_module:
            self._of_module[module] = {}
            self._of_module[module] = {each.name: each for each in self._fixtures(module)}
        return self._of_module[module]

    def _fixtures(self, module: Module) -> Iterator[Fixture]:
        for star in module.stars:
            name = self._modules.absolute(star, module.path)
            inner = self._modules.imported(name, module.path)
            if inner is not None and inner is not module:
                yield from self.of_module(inner).values()
        for bound, node in module.names.items():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name_of = fixture_name(node)
                if name_of is not None:
                    yield Fixture(name_of, node, module)
            elif isinstance(node, ast.ImportFrom):
                yield from self._imported(node, bound, module)

    def _imported(self, node: ast.ImportFrom, bound: str, module: Module) -> Iterator[Fixture]:
        inner = self._modules.imported(self._modules.absolute(node, module.path), module.path)
        if inner is None or inner is module:
            return
        original = next(e.name for e in node.names if (e.asname or e.name) == bound)
        for each in self.of_module(inner).values():
            if each.node.name == original:
                yield Fixture(bound if each.name == original else each.name, each.node, each.module)

    def _conftests(self, folder: Path) -> list[Layer]:
        if folder not in self._above:
            found: list[Layer] = []
            module = self._modules.at(folder / CONFTEST) if (folder / CONFTEST).is_file() else None
            if module is not None:
                found += [self.of_module(module), *self._plugins(module)]
            if folder != self._root and folder.is_relative_to(self._root):
                found += self._conftests(folder.parent)
            self._above[folder] = found
        return self._above[folder]

    def _plugins(self, module: Module) -> Iterator[Layer]:
        listed = module.names.get("pytest_plugins")
        for each in listed.elts if isinstance(listed, ast.List | ast.Tuple) else [listed]:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                inner = self._modules.imported(each.value, module.path)
                if inner is not None:
                    yield self.of_module(inner)


def find(name: str, layers: Sequence[Layer], asking: Fixture | None) -> Fixture | None:
    """Return the fixture of a name. A fixture that asks for its own name gets the one that it overrides."""
    found = [layer[name] for layer in layers if name in layer]
    if asking is not None and asking.name == name:
        nodes = [each.node for each in found]
        found = found[nodes.index(asking.node) + 1 :] if asking.node in nodes else found
    return found[0] if found else None


def autouse(layers: Sequence[Layer]) -> list[Fixture]:
    """Return the autouse fixtures, the outermost first."""
    return [f for layer in reversed(layers) for f in layer.values() if is_autouse(f.node)]


def _of_class(owner: Class) -> Layer:
    nodes = [n for n in owner.node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    named = [(fixture_name(node), node) for node in nodes]
    return {name: Fixture(name, node, owner.module, owner) for name, node in named if name}


def as_function(fixture: Fixture) -> Function:
    return Function(fixture.node, fixture.module, of_class=fixture.of_class)


MakeClass = Callable[[ast.ClassDef, Frame], Class]


@dataclass(frozen=True, eq=False)
class Test:
    """A test function, with all its parameters."""

    nodeid: str
    module: Module
    node: ast.FunctionDef | ast.AsyncFunctionDef
    classes: tuple[Class, ...] = ()

    @property
    def owner(self) -> Class | None:
        """The innermost class that it is in."""
        return self.classes[-1] if self.classes else None


@dataclass(frozen=True)
class NamePatterns:
    """The names of files, classes and functions that pytest collects."""

    files: Sequence[str]
    classes: Sequence[str]
    functions: Sequence[str]

    @classmethod
    def of(cls, given: Mapping[str, Sequence[str]]) -> "NamePatterns":
        """Return the patterns in pytest's settings, and its defaults for the others."""
        return cls(
            given.get("python_files", ["test_*.py", "*_test.py"]),
            given.get("python_classes", ["Test"]),
            given.get("python_functions", ["test"]),
        )

    def is_file(self, path: Path) -> bool:
        return any(fnmatch(path.name, pattern) for pattern in self.files)

    def is_class(self, name: str) -> bool:
        return _fits(name, self.classes)

    def is_function(self, name: str) -> bool:
        return _fits(name, self.functions)


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(name.startswith(each) or fnmatch(name, each) for each in patterns)


def test_files(folders: Sequence[Path], patterns: NamePatterns, skipped: Sequence[Path]) -> Iterator[Path]:
    """Yield each file that has tests once."""
    seen: set[Path] = set()
    for folder in folders:
        found = [folder] if folder.is_file() else walk(folder, skipped)
        for path in found:
            if path.resolve() not in seen and (path == folder or patterns.is_file(path)):
                seen.add(path.resolve())
                yield path


def tests_of(module: Module, patterns: NamePatterns, make_class: MakeClass) -> Iterator[Test]:
    for node in module.source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if patterns.is_function(node.name) and fixture_name(node) is None:
                yield Test(f"{module.shown}::{node.name}", module, node)
        elif isinstance(node, ast.ClassDef):
            yield from _tests_in(make_class(node, Frame(module)), (), patterns, make_class)


def _tests_in(owner: Class, above: tuple[Class, ...], patterns: NamePatterns, make_class: MakeClass) -> Iterator[Test]:
    unittest = _is_unittest(owner)
    if not unittest and (not patterns.is_class(owner.node.name) or _has(owner, "__init__")):
        return
    classes = (*above, owner)
    prefix = "::".join([classes[0].module.shown, *(each.node.name for each in classes)])
    seen: set[str] = set()
    for each in lineage(owner):
        for node in each.node.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                right = node.name.startswith("test") if unittest else patterns.is_function(node.name)
                if right and node.name not in seen and fixture_name(node) is None:
                    seen.add(node.name)
                    yield Test(f"{prefix}::{node.name}", each.module, node, classes)
            elif isinstance(node, ast.ClassDef) and each is owner and not unittest:
                inner = make_class(node, Frame(owner.module))
                yield from _tests_in(inner, classes, patterns, make_class)


def _is_unittest(owner: Class) -> bool:
    for each in lineage(owner):
        for base in each.bases:
            if isinstance(base, Library) and base.name.endswith(("TestCase",)):
                return True
            if isinstance(base, Known) and getattr(base.value, "__name__", "").endswith("TestCase"):
                return True
    return False


def _has(owner: Class, name: str) -> bool:
    nodes = (node for each in lineage(owner) for node in each.node.body)
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in nodes)
