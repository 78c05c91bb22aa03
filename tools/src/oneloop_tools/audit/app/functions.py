"""The source of real functions: their syntax trees, and the objects that their names mean."""

import ast
import builtins
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

from oneloop_tools.audit.sources import Source, Sources

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
