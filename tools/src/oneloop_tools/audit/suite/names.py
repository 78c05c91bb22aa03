"""What names mean: in a function, a module, a class."""

import ast
import builtins
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from typing import Any

from .frames import Frame, Record
from .modules import Module, Modules
from .sent_requests import Unknown
from .values import Class, Function, Known, Library, Value, Values, constant


class Names(ABC):
    """Resolves names. What is at the top of a module is read once."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.record = Record()
        self._kept: dict[Hashable, tuple[Values, Record]] = {}

    @abstractmethod
    def value(self, node: ast.expr, frame: Frame) -> Values:
        """Return what an expression may be."""

    @abstractmethod
    def call(self, value: Value, arguments: list[Values], where: str) -> Values:
        """Return what a call with these positional arguments may return."""

    def kept(self, key: Hashable, read: Callable[[], Values]) -> Values:
        """Read something once. The requests that it sends count for each test that uses it."""
        if key not in self._kept:
            before, self.record = self.record, Record()
            self._kept[key] = ((Unknown("its definition depends on itself"),), Record())
            try:
                self._kept[key] = (read(), self.record)
            finally:
                self.record = before
        values, record = self._kept[key]
        self.record.add(record)
        return values

    def name(self, name: str, frame: Frame) -> Values:
        """Return what a name means in a function."""
        if name in frame.names:
            return frame.names[name]
        found = self.top(frame.module, name)
        if found is not None:
            return found
        if hasattr(builtins, name):
            return (Known(getattr(builtins, name)),)
        return (Unknown(f"{name!r} is unknown"),)

    def top(  # noqa: PLR0911  one case a kind
        self, module: Module, name: str
    ) -> Values | None:
        """Return what a name means at the top of a module, None if it is not defined there."""
        bound = module.names.get(name)
        if isinstance(bound, ast.FunctionDef | ast.AsyncFunctionDef):
            return self.kept((module, name), lambda: (Function(bound, module),))
        if isinstance(bound, ast.ClassDef):
            return self.kept((module, name), lambda: (self.make_class(bound, Frame(module)),))
        if isinstance(bound, ast.ImportFrom):
            original = next(e.name for e in bound.names if (e.asname or e.name) == name)
            return self._imported(bound, original, module)
        if isinstance(bound, ast.Import):
            return (self._imported_module(bound, name, module),)
        if bound is not None:
            return self.kept((module, name), lambda: self.value(bound, Frame(module)))
        for star in module.stars:
            inner = self.modules.imported(self.modules.absolute(star, module.path), module.path)
            found = self.top(inner, name) if inner is not None and inner is not module else None
            if found is not None:
                return found
        return None

    def make_class(self, node: ast.ClassDef, frame: Frame) -> Class:
        """Return a class of the tests with its bases."""
        bases = [value for base in node.bases for value in self.value(base, frame)[:1]]
        return Class(node, frame.module, bases)

    def _imported(self, node: ast.ImportFrom, original: str, module: Module) -> Values:
        name = self.modules.absolute(node, module.path)
        inner = self.modules.imported(name, module.path)
        if inner is not None:
            found = self.top(inner, original)
            if found is not None:
                return found
        below = self.modules.imported(f"{name}.{original}".lstrip("."), module.path)
        if below is not None:
            return (Known(below),)
        return (outside(name, original),)

    def _imported_module(self, node: ast.Import, name: str, module: Module) -> Value:
        for each in node.names:
            if (each.asname or each.name.partition(".")[0]) == name:
                full = each.name if each.asname else name
                inner = self.modules.imported(full, module.path)
                return Known(inner) if inner is not None else outside(full, None)
        return Unknown(f"{name!r} is unknown")


def outside(name: str, attribute: str | None) -> Value:
    """Return what is not part of the tests: the real object if the app has imported it."""
    found: Any = sys.modules.get(name)
    if found is not None and attribute is not None:
        found = getattr(found, attribute, sys.modules.get(f"{name}.{attribute}"))
    if found is not None:
        return constant(found)
    return Library(f"{name}.{attribute}" if attribute else name)


def lineage(owner: Class) -> Iterator[Class]:
    """Yield a class and its base classes in the tests, the nearest first."""
    yield owner
    for base in owner.bases:
        if isinstance(base, Class) and base is not owner:
            yield from lineage(base)
