"""One function, read: what it reaches by itself, and which functions of the project it uses."""

import ast
from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

from .functions import MISSING, Functions, Node, attribute, look_up
from .objects import OF_THE_REQUEST, hints_of, kind_of, name_of, package_of, types_in, unwrap
from .reach import AUTHENTICATION, DATABASE, SERVICE, Reach

HEADER = "authorization"


class Of(NamedTuple):
    """A value that is not there yet: an instance of one of these classes."""

    classes: tuple[type, ...]


Others = Callable[[FunctionType], "Reading"]


class Reading(ast.NodeVisitor):
    """Reads the body of `function`.

    `reaches` is certain; `unknown` is awaited, and nobody can say what it is. `gives` is what it
    returns or yields, where that is an object of a known class.
    """

    def __init__(self, function: FunctionType, functions: Functions, others: Others) -> None:
        self.reaches: list[Reach] = []
        self.unknown: list[Reach] = []
        self.calls: list[FunctionType] = []
        self._function = function
        self._functions = functions
        self.gives: Any = None
        self._others = others
        self._locals: dict[str, Any] = {}

    def read(self) -> None:
        """Read the function's body, once."""
        node = self._functions.node(self._function)
        if node is not None:
            self._parameters(node)
            for statement in [node.body] if isinstance(node, ast.Lambda) else node.body:
                self.visit(statement)

    def _parameters(self, node: Node) -> None:
        given = node.args
        names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        self._locals = dict.fromkeys(names)
        owner = self._owner()
        if owner is not None and names and names[0] in ("self", "cls"):
            self._locals[names[0]] = owner if names[0] == "cls" else Of((owner,))
        self._injected(names)
        for name, hint in hints_of(self._function).items():
            classes = tuple(types_in(hint))
            if name == "return" or not classes:
                continue
            self._locals[name] = Of(classes)
            for each in classes:
                self._note(each, node)

    def _injected(self, names: list[str]) -> None:
        """Give a parameter without a type what its dependency gives."""
        plain = self._function.__defaults__ or ()
        given = [*zip(reversed(names), reversed(plain), strict=False)]
        for name, default in [*given, *(self._function.__kwdefaults__ or {}).items()]:
            dependency = getattr(default, "dependency", None)
            if dependency is not None:
                self._locals[name] = self._called(dependency)

    def _owner(self) -> type | None:
        found: Any = None
        for word in self._function.__qualname__.split(".")[:-1]:
            space = self._function.__globals__ if found is None else vars(found)
            found = space.get(word)
            if not isinstance(found, type):
                return None
        return found if isinstance(found, type) else None

    # What a name, an attribute or a call stands for.

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            if node.id in self._locals:
                return self._locals[node.id]
            found = look_up(self._function, node.id)
            return None if found is MISSING else found
        if isinstance(node, ast.Attribute):
            return self._attribute(self._value(node.value), node.attr)
        if isinstance(node, ast.Call):
            return self._called(self._value(node.func))
        if isinstance(node, ast.Await):
            return self._value(node.value)
        return None

    def _attribute(self, owner: Any, name: str) -> Any:
        if owner is None:
            return None
        if not isinstance(owner, Of):
            found = attribute(owner, name)
            if found is MISSING and not isinstance(owner, type):
                return self._attribute(Of((type(owner),)), name)
            return None if found is MISSING else _bare(found)
        for each in owner.classes:
            found = attribute(each, name)
            if found is not MISSING:
                self._follow_overrides(each, name)
                return _bare(found)
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
            targets = (
                each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
            )
            if isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
                for target in targets:
                    if isinstance(target, ast.Attribute) and target.attr == name:
                        value = inside._value(each.value)  # noqa: SLF001  a reading of another function
                        return value if isinstance(value, Of) else Of((type(value),))
        return None

    def _follow_overrides(self, owner: type, name: str) -> None:
        for each in _subclasses(owner) if self._functions.is_of_the_project(owner) else ():
            self._note(_bare(vars(each).get(name)), None)

    def _called(self, function: Any) -> Any:
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

    # What is noted.

    def _note(self, thing: Any, node: ast.AST | None) -> None:
        if isinstance(thing, Of):
            for each in thing.classes:
                self._note(each, node)
            return
        if thing is None or isinstance(thing, str | int | float | bool | tuple | list | dict | set):
            return
        bare = unwrap(thing)
        if isinstance(bare, FunctionType) and self._functions.is_of_the_project(bare):
            self.calls.append(bare)
            return
        if isinstance(bare, type) and self._functions.is_of_the_project(bare):
            if kind_of(bare) == DATABASE:
                self._found(DATABASE, name_of(bare), node)
            return
        kind = kind_of(thing)
        if kind is not None:
            self._found(kind, name_of(thing), node)

    def _found(self, kind: str, what: str, node: ast.AST | None, *, asked: bool = False) -> None:
        # To hold a session is not to ask it: no connection is opened for that.
        where = self._functions.where(self._function, node)
        self.reaches.append(Reach(kind, what, where, late=kind == DATABASE and not asked))

    # The tree.

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._note(self._value(node), node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._note(self._value(node), node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        made = self._value(node.func)
        if isinstance(made, type) and self._functions.is_of_the_project(made):
            for each in made.__mro__:
                self._note(vars(each).get("__init__"), node)
        elif isinstance(made, Of):
            self._note(self._attribute(made, "__call__"), node)
        if isinstance(node.func, ast.Attribute):
            owner = self._value(node.func.value)
            classes = owner.classes if isinstance(owner, Of) else (owner,)
            if any(each is not None and kind_of(each) == DATABASE for each in classes):
                self._found(DATABASE, f"`{ast.unparse(node.func)}()`", node, asked=True)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value.lower() == HEADER:
            self._found(AUTHENTICATION, f"the header {node.value!r}", node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._locals[target.id] = self._value(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and node.value is not None:
            self._locals[node.target.id] = self._value(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inner(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._inner(node)

    def _inner(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for each in ast.walk(node.args):
            if isinstance(each, ast.arg):
                self._locals.setdefault(each.arg, None)
        self.generic_visit(node)

    def visit_Yield(self, node: ast.Yield) -> None:
        self._gives(node)

    def visit_Return(self, node: ast.Return) -> None:
        self._gives(node)

    def _gives(self, node: ast.Yield | ast.Return) -> None:
        self.generic_visit(node)
        found = self._value(node.value) if node.value is not None else None
        if isinstance(found, Of):
            self.gives = found

    def visit_Await(self, node: ast.Await) -> None:
        self._awaited(node.value)
        self.generic_visit(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        self._awaited(node.iter)
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        self._entered(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        for item in node.items:
            self._awaited(item.context_expr)
        self._entered(node)

    def _entered(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name):
                self._locals[item.optional_vars.id] = self._value(item.context_expr)
        self.generic_visit(node)

    def _awaited(self, node: ast.expr) -> None:
        """Note what is awaited, unless it is noted by its own name or belongs to the request."""
        called = node.func if isinstance(node, ast.Call) else node
        part: ast.expr | None = called
        while part is not None:
            if self._is_known(self._value(part)):
                return
            inner = getattr(part, "func", None) or getattr(part, "value", None)
            part = inner if isinstance(inner, ast.expr) else None
        where = self._functions.where(self._function, node)
        self.unknown.append(Reach(SERVICE, f"awaits `{ast.unparse(called)}`", where))

    def _is_known(self, value: Any) -> bool:
        if value is None:
            return False
        if isinstance(value, Of):
            return any(
                package_of(each) in OF_THE_REQUEST or kind_of(each) for each in value.classes
            )
        bare = unwrap(value)
        if isinstance(bare, FunctionType) and self._functions.is_of_the_project(bare):
            return not self._functions.is_abstract(bare)  # else it is followed
        return package_of(bare) in OF_THE_REQUEST or kind_of(value) is not None


def _bare(found: Any) -> Any:
    return found.__func__ if isinstance(found, staticmethod | classmethod) else found


def _subclasses(owner: type) -> list[type]:
    found: list[type] = []
    below: list[type] = type.__subclasses__(owner)
    for each in below:
        found += [each, *_subclasses(each)]
    return found
