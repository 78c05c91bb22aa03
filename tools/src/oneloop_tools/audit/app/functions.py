"""Real functions: their syntax trees, and what a name, an attribute or a call in them means, by real objects."""

import ast
import builtins
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

from oneloop_tools.audit.sources import Source, Sources

from .resources import DATABASE, Resource, hints_of, kind_of, types_in, unwrap

Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
MISSING = object()


@dataclass
class Functions:
    """Finds a function's syntax tree by its file and line. `plugin` is the folder of the pytest plugin."""

    sources: Sources
    plugin: Path
    _lines: dict[Path, dict[int, Node]] = field(default_factory=dict)

    def is_of_the_project(self, thing: Any) -> bool:
        """Tell whether a function or class is part of this project, and not of the pytest plugin."""
        path = self._file(thing)
        return (
            path is not None
            and path.is_relative_to(self.sources.root)
            and not path.is_relative_to(self.plugin)
            and not {"site-packages", ".venv"} & set(path.parts)
        )

    def node(self, function: FunctionType) -> Node | None:
        """Return the syntax tree of a function, or None if there is no source."""
        path = Path(function.__code__.co_filename)
        if path not in self._lines:
            source = self.sources.read(path) if path.exists() else None
            self._lines[path] = dict(_functions(source)) if source else {}
        return self._lines[path].get(function.__code__.co_firstlineno)

    def is_abstract(self, function: FunctionType) -> bool:
        """Tell whether a function has no body of its own: subclasses define what it does."""
        body = getattr(self.node(function), "body", None)
        return isinstance(body, list) and all(
            isinstance(each, ast.Pass)
            or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
            or (isinstance(each, ast.Raise) and "NotImplementedError" in ast.unparse(each))
            for each in body
        )

    def where(self, function: FunctionType, node: ast.AST | None = None) -> str:
        """Return `file:line` of a function, or of a node in it."""
        line = getattr(node, "lineno", None) or function.__code__.co_firstlineno
        return f"{self.sources.shown(Path(function.__code__.co_filename))}:{line}"

    def _file(self, thing: Any) -> Path | None:
        code = getattr(thing, "__code__", None)
        if code is not None:
            return Path(code.co_filename)
        try:
            return Path(inspect.getfile(thing))
        except (TypeError, OSError):
            return None


def _functions(source: Source) -> Iterator[tuple[int, Node]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.decorator_list[0] if node.decorator_list else node
            yield first.lineno, node
        elif isinstance(node, ast.Lambda):
            yield node.lineno, node


def look_up(function: FunctionType, name: str) -> Any:
    """Return the object that a name in a function means, MISSING for a local variable."""
    free = function.__code__.co_freevars
    if name in free and function.__closure__ is not None:
        try:
            return function.__closure__[free.index(name)].cell_contents
        except ValueError:  # it is not set yet
            return MISSING
    if name in function.__code__.co_varnames or name in function.__code__.co_cellvars:
        return MISSING
    if name in function.__globals__:
        return function.__globals__[name]
    return getattr(builtins, name, MISSING)


def attribute(thing: Any, name: str) -> Any:
    """Return an attribute without running code of the object."""
    try:
        return inspect.getattr_static(thing, name)
    except AttributeError:
        return MISSING


class Of(NamedTuple):
    """A value that does not exist yet: an instance of one of these classes."""

    classes: tuple[type, ...]


Others = Callable[[FunctionType], "Resolving"]


class Resolving(ABC):
    """Resolves the names of `function`. `others` returns the reading of another function.

    `gives` is what the function returns or yields, if that is an object of a known class.
    """

    def __init__(self, function: FunctionType, functions: Functions, others: Others) -> None:
        self.reaches: list[Resource] = []
        self.unknown: list[Resource] = []
        self.calls: list[FunctionType] = []
        self._function = function
        self._functions = functions
        self.gives: Any = None
        self._others = others
        self._locals: dict[str, Any] = {}

    @abstractmethod
    def note(self, thing: Any, node: ast.AST | None) -> None:
        """Note an object that the function uses."""

    def owner(self) -> type | None:
        found: Any = None
        for word in self._function.__qualname__.split(".")[:-1]:
            space = self._function.__globals__ if found is None else vars(found)
            found = space.get(word)
            if not isinstance(found, type):
                return None
        return found if isinstance(found, type) else None

    def value_of(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            if node.id in self._locals:
                return self._locals[node.id]
            found = look_up(self._function, node.id)
            return None if found is MISSING else found
        if isinstance(node, ast.Attribute):
            return self.attribute(self.value_of(node.value), node.attr)
        if isinstance(node, ast.Call):
            return self.called_of(self.value_of(node.func))
        if isinstance(node, ast.Await):
            return self.value_of(node.value)
        return None

    def attribute(self, owner: Any, name: str) -> Any:
        if owner is None:
            return None
        if not isinstance(owner, Of):
            found = attribute(owner, name)
            if found is MISSING and not isinstance(owner, type):
                return self.attribute(Of((type(owner),)), name)
            return None if found is MISSING else bare(found)
        for each in owner.classes:
            found = attribute(each, name)
            if found is not MISSING:
                self._follow_overrides(each, name)
                return bare(found)
            if (hint := self._attribute_hint(each, name)) is not None:
                return hint
        return None

    def _attribute_hint(self, owner: type, name: str) -> Of | None:
        for each in owner.__mro__:
            hint = hints_of(each).get(name) if "__annotations__" in vars(each) else None
            if hint is not None:
                return Of(tuple(types_in(hint)))
            made = vars(each).get("__init__")
            if isinstance(made, FunctionType) and self._functions.is_of_the_project(made):
                found = self._assigned(made, name)
                if found is not None:
                    return found
        return None

    def _assigned(self, made: FunctionType, name: str) -> Of | None:
        node = self._functions.node(made)
        inside = self._others(made) if made is not self._function else self
        for each in ast.walk(node) if node is not None else ():
            targets = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
            if isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
                for target in targets:
                    if isinstance(target, ast.Attribute) and target.attr == name:
                        value = inside.value_of(each.value)
                        return value if isinstance(value, Of) else Of((type(value),))
        return None

    def _follow_overrides(self, owner: type, name: str) -> None:
        for each in _subclasses(owner) if self._functions.is_of_the_project(owner) else ():
            self.note(bare(vars(each).get(name)), None)

    def called_of(self, function: Any) -> Any:
        if isinstance(function, type):
            return Of((function,))
        bare = unwrap(function)
        if isinstance(bare, FunctionType):
            classes = tuple(types_in(hints_of(bare).get("return")))
            if classes or not self._functions.is_of_the_project(bare):
                return Of(classes) if classes else None
            return self._others(bare).gives
        if function is not None and not isinstance(function, Of) and kind_of(function) == DATABASE:
            return Of((getattr(function, "class_", type(function)),))
        return None


def bare(found: Any) -> Any:
    return found.__func__ if isinstance(found, staticmethod | classmethod) else found


def _subclasses(owner: type) -> list[type]:
    found: list[type] = []
    below: list[type] = type.__subclasses__(owner)
    for each in below:
        found += [each, *_subclasses(each)]
    return found
