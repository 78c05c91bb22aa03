"""Reads one function: what it reaches by itself, and which functions of the project it uses."""

import ast
from types import FunctionType
from typing import Any

from .functions import Node, Of, Resolving
from .resources import (
    AUTHENTICATION,
    AUTHORIZATION,
    DATABASE,
    OF_THE_REQUEST,
    SERVICE,
    Resource,
    hints_of,
    kind_of,
    name_of,
    package_of,
    types_in,
    unwrap,
)

INVALID = 422


class Reading(Resolving, ast.NodeVisitor):
    """`reaches` is certain. `unknown` is awaited, and its kind is not known."""

    answers_invalid = False  # whether it has a 422 of its own
    settled = False  # whether a condition on a setting has its value of now

    def read(self) -> None:
        node = self._functions.node(self._function)
        if node is not None:
            self._parameters(node)
            for statement in [node.body] if isinstance(node, ast.Lambda) else node.body:
                self.visit(statement)

    def _parameters(self, node: Node) -> None:
        given = node.args
        names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        self._locals = dict.fromkeys(names)
        owner = self.owner()
        if owner is not None and names and names[0] in ("self", "cls"):
            self._locals[names[0]] = owner if names[0] == "cls" else Of((owner,))
        self._injected(names)
        for name, hint in hints_of(self._function).items():
            classes = tuple(types_in(hint))
            if name == "return" or not classes:
                continue
            self._locals[name] = Of(classes)
            for each in classes:
                self.note(each, node)

    def _injected(self, names: list[str]) -> None:
        """Give a parameter without an annotation the value of its dependency."""
        plain = self._function.__defaults__ or ()
        given = [*zip(reversed(names), reversed(plain), strict=False)]
        for name, default in [*given, *(self._function.__kwdefaults__ or {}).items()]:
            dependency = getattr(default, "dependency", None)
            if dependency is not None:
                self._locals[name] = self.called_of(dependency)

    def note(self, thing: Any, node: ast.AST | None) -> None:
        if isinstance(thing, Of):
            for each in thing.classes:
                self.note(each, node)
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
            shared = not isinstance(thing, type | FunctionType)
            self._found(kind, name_of(thing), node, shared=shared)

    def _found(self, kind: str, what: str, node: ast.AST | None, *, used: bool = False, shared: bool = False) -> None:
        # Holding a session opens no connection. Calling its methods does.
        where = self._functions.where(self._function, node)
        late = kind == DATABASE and not used
        self.reaches.append(Resource(kind, what, where, late, shared))

    def visit_Name(self, node: ast.Name) -> None:
        self.answers_invalid = self.answers_invalid or str(INVALID) in node.id
        if isinstance(node.ctx, ast.Load):
            self.note(self.value_of(node), node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.answers_invalid = self.answers_invalid or str(INVALID) in node.attr
        self.note(self.value_of(node), node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        made = self.value_of(node.func)
        if isinstance(made, type) and self._functions.is_of_the_project(made):
            for each in made.__mro__:
                self.note(vars(each).get("__init__"), node)
        elif isinstance(made, Of):
            self.note(self.attribute(made, "__call__"), node)
        if isinstance(node.func, ast.Attribute):
            owner = self.value_of(node.func.value)
            classes = owner.classes if isinstance(owner, Of) else (owner,)
            if any(each is not None and kind_of(each) == DATABASE for each in classes):
                self._found(DATABASE, f"`{ast.unparse(node.func)}()`", node, used=True)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        self.answers_invalid = self.answers_invalid or node.value == INVALID
        if isinstance(node.value, str) and node.value.lower() == AUTHORIZATION:
            self._found(AUTHENTICATION, f"the header {node.value!r}", node)

    def visit_If(self, node: ast.If) -> None:
        truth = self._truth(node.test) if self.settled else None
        if truth is None:
            self.generic_visit(node)
        for each in {True: node.body, False: node.orelse, None: []}[truth]:
            self.visit(each)

    def _truth(self, node: ast.expr) -> bool | None:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self._truth(node.operand)
            return None if inner is None else not inner
        value = self.value_of(node)
        return value if isinstance(value, bool) else None

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._locals[target.id] = self.value_of(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and node.value is not None:
            self._locals[node.target.id] = self.value_of(node.value)

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
        found = self.value_of(node.value) if node.value is not None else None
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
                self._locals[item.optional_vars.id] = self.value_of(item.context_expr)
        self.generic_visit(node)

    def _awaited(self, node: ast.expr) -> None:
        """Note what is awaited, unless it is known by its name or belongs to the request."""
        called = node.func if isinstance(node, ast.Call) else node
        part: ast.expr | None = called
        while part is not None:
            if self._is_known(self.value_of(part)):
                return
            inner = getattr(part, "func", None) or getattr(part, "value", None)
            part = inner if isinstance(inner, ast.expr) else None
        where = self._functions.where(self._function, node)
        self.unknown.append(Resource(SERVICE, f"awaits `{ast.unparse(called)}`", where))

    def _is_known(self, value: Any) -> bool:
        if value is None:
            return False
        if isinstance(value, Of):
            return any(package_of(each) in OF_THE_REQUEST or kind_of(each) for each in value.classes)
        bare = unwrap(value)
        if isinstance(bare, FunctionType) and self._functions.is_of_the_project(bare):
            return not self._functions.is_abstract(bare)  # any other one is followed
        return package_of(bare) in OF_THE_REQUEST or kind_of(value) is not None
