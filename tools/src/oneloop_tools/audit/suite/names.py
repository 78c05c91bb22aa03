"""What names and attributes mean: in a function, a module, a class, of a client or an object of the tests."""

import ast
import builtins
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Any

from .modules import Module, Modules
from .record import Frame, Record
from .values import (
    SENDING,
    Class,
    Client,
    FixtureRequest,
    Function,
    Instance,
    Known,
    Library,
    Response,
    Sender,
    Status,
    Super,
    Text,
    Unknown,
    Value,
    Values,
    constant,
    one_of,
)


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


class Attributes(Names):
    def attribute(self, owner: Value, name: str, where: str) -> Values:  # noqa: C901, PLR0911  one case a kind
        """Return what an attribute may be."""
        match owner:
            case Client():
                return self._of_client(owner, name)
            case Instance():
                return self._of_instance(owner, name, where)
            case Super():
                return self._of_super(owner, name, where)
            case Class():
                found = self.in_class(owner, name, None)
                return found or (Unknown(f"`.{name}` is unknown"),)
            case Response() if name == "status_code":
                return (Status(owner.request),)
            case FixtureRequest() if name == "param":
                return owner.param
            case FixtureRequest() if name in ("cls", "instance", "self") and owner.instance is not None:
                return (owner.instance,)
            case FixtureRequest() if name == "getfixturevalue":
                return (Library("request.getfixturevalue"),)
            case Library():
                return (Library(f"{owner.name}.{name}"),)
            case Known():
                return self._of_known(owner.value, name)
        return (Unknown(f"`.{name}` is unknown"),)

    def _of_client(self, client: Client, name: str) -> Values:
        if name in SENDING:
            return (Sender(client, name),)
        if name in ("base_url", "_base_url"):
            return (Text(f"http://testserver{client.base}"),)
        return (Unknown(f"`.{name}` of a client"),)

    def _of_known(self, thing: Any, name: str) -> Values:
        if isinstance(thing, Module):
            return self.top(thing, name) or (Unknown(f"`.{name}` is unknown"),)
        try:
            found = getattr(thing, name)
        except Exception:  # noqa: BLE001  a property of the app may raise anything
            return (Unknown(f"`.{name}` is unknown"),)
        return (constant(found),)

    def _of_instance(self, owner: Instance, name: str, where: str) -> Values:
        if name in owner.attributes:
            return owner.attributes[name]
        found = self.in_class(owner.of, name, owner)
        if found is not None:
            return one_of(*(self._read_property(each, where) for each in found))
        if owner.client is not None:
            return self._of_client(owner.client, name)
        return (Unknown(f"`.{name}` is unknown"),)

    def _read_property(self, value: Value, where: str) -> Values:
        decorators = getattr(getattr(value, "node", None), "decorator_list", [])
        if any(ast.unparse(each).endswith("property") for each in decorators):
            return self.call(value, [], where)
        return (value,)

    def _of_super(self, owner: Super, name: str, where: str) -> Values:
        for base in owner.after.bases:
            if isinstance(base, Class):
                found = self.in_class(base, name, owner.instance)
                if found is not None:
                    return found
        if owner.instance.client is not None:
            return self._of_client(owner.instance.client, name)
        return (Unknown(f"`super().{name}` at {where} is unknown"),)

    def in_class(self, owner: Class, name: str, instance: Instance | None) -> Values | None:
        """Return the attribute of a class of the tests, or of its base classes there."""
        for each in lineage(owner):
            for node in each.node.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                    plain = any(ast.unparse(d) == "staticmethod" for d in node.decorator_list)
                    return (Function(node, each.module, {}, None if plain else instance, each),)
                bound = _assigned(node, name)
                if bound is not None:
                    frame = Frame(each.module)
                    return self.kept((each, name), partial(self.value, bound, frame))
                if isinstance(node, ast.ClassDef) and node.name == name:
                    return (self.make_class(node, Frame(each.module)),)
        return None


def _assigned(node: ast.stmt, name: str) -> ast.expr | None:
    targets: list[ast.expr] = []
    value: ast.expr | None = None
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.AnnAssign):
        targets, value = [node.target], node.value
    return value if any(isinstance(t, ast.Name) and t.id == name for t in targets) else None
