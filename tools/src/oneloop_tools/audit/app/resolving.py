"""What a name, an attribute or a call in a function means, by real objects."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

from .functions import MISSING, Functions, attribute, look_up
from .objects import hints_of, kind_of, types_in, unwrap
from .reached_resources import DATABASE, Resource


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
