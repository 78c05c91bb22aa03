"""Where an expression is, and of which class of the project its value is an instance."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .project_tree import FUNCTIONS, Function, Module, ProjectTree
from .settings_classes import SettingsClass

DEEPEST = 40


@dataclass(frozen=True)
class Scope:
    """Where an expression is: its module, the function and the class around it."""

    module: Module
    function: Function | None = None
    owner: SettingsClass | None = None
    call: "tuple[ast.Call, Scope] | None" = None  # the call that is followed into the function


def class_of(tree: ProjectTree, node: ast.expr, scope: Scope, deep: int = 0) -> SettingsClass | None:
    """Return the class of the project that an expression is an instance of."""
    if isinstance(node, ast.Name) and node.id in ("self", "cls"):
        return scope.owner
    if deep > DEEPEST:
        return None
    if isinstance(node, ast.Call):
        return _class_of_call(tree, node, scope, deep + 1)
    inside = _class_of_member(tree, node, scope, deep + 1) or _class_of_local(tree, node, scope, deep + 1)
    if inside is not None:
        return inside
    found = tree.resolve_expression(scope.module, node)
    if found is None or isinstance(found.node, ast.ClassDef):
        return SettingsClass(tree, found) if found else None
    annotation, value = (getattr(found.node, each, None) for each in ("annotation", "value"))
    named = class_named(tree, found.module, annotation)
    inner = value if named is None and isinstance(value, ast.expr) else None
    return class_of(tree, inner, Scope(found.module), deep + 1) if inner else named


def class_named(tree: ProjectTree, module: Module, node: ast.expr | None, deep: int = 0) -> SettingsClass | None:
    """Return the class that an annotation means, also by `Annotated[Settings, Depends(...)]` and a name for that."""
    while isinstance(node, ast.Subscript | ast.BinOp):
        inner = node.slice if isinstance(node, ast.Subscript) else node.left
        node = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
    found = tree.resolve_expression(module, node) if node is not None else None
    if found is None or deep > DEEPEST:
        return None
    if isinstance(found.node, ast.ClassDef):
        return SettingsClass(tree, found)
    return class_named(tree, found.module, getattr(found.node, "value", None), deep + 1)


def _class_of_member(tree: ProjectTree, node: ast.expr, scope: Scope, deep: int) -> SettingsClass | None:
    """Return the class of `settings.database`."""
    outer = class_of(tree, node.value, scope, deep) if isinstance(node, ast.Attribute) else None
    member = outer.member(node.attr) if outer and isinstance(node, ast.Attribute) else None
    if outer is None or member is None:
        return None
    if member.method is not None and member.value is not None:
        return class_of(tree, member.value, Scope(member.owner.module, member.method, outer), deep)
    return outer.nested(member)


def _class_of_local(tree: ProjectTree, node: ast.expr, scope: Scope, deep: int) -> SettingsClass | None:
    """Return the class of a parameter by its annotation, or of a local variable by its value."""
    if not isinstance(node, ast.Name) or scope.function is None:
        return None
    if named := class_named(tree, scope.module, annotation_of(scope.function, node.id)):
        return named
    value = next(iter(assigned(scope.function, node.id)), None)
    return class_of(tree, value, scope, deep) if value is not None else None


def _class_of_call(tree: ProjectTree, node: ast.Call, scope: Scope, deep: int) -> SettingsClass | None:
    if isinstance(node.func, ast.Subscript):
        return _class_of_choice(tree, node.func.value, scope)
    found = tree.resolve_expression(scope.module, node.func)
    if found is None:
        return _class_of_inherited(tree, node.func, scope)
    if isinstance(found.node, ast.ClassDef):
        return SettingsClass(tree, found)
    if not isinstance(found.node, FUNCTIONS):
        return None
    if named := class_named(tree, found.module, found.node.returns):
        return named
    inside = Scope(found.module, found.node)
    given = [each.value for each in ast.walk(found.node) if isinstance(each, ast.Return) and each.value is not None]
    return next((inner for each in given if (inner := class_of(tree, each, inside, deep))), None)


def _class_of_inherited(tree: ProjectTree, node: ast.expr, scope: Scope) -> SettingsClass | None:
    """Return the class of `Settings.model_validate({})`, a method that the library has."""
    found = tree.resolve_expression(scope.module, node.value) if isinstance(node, ast.Attribute) else None
    owner = SettingsClass(tree, found) if found is not None and isinstance(found.node, ast.ClassDef) else None
    return owner if owner and isinstance(node, ast.Attribute) and owner.member(node.attr) is None else None


def _class_of_choice(tree: ProjectTree, node: ast.expr, scope: Scope) -> SettingsClass | None:
    """Return the first class of a dictionary of classes, as in `{"production": Production}[environment]()`."""
    found = tree.resolve_expression(scope.module, node)
    given = getattr(found.node, "value", None) if found else node
    module = found.module if found else scope.module
    choices = given.values if isinstance(given, ast.Dict) else []
    classes = (tree.resolve_expression(module, each) for each in choices)
    return next((SettingsClass(tree, each) for each in classes if each and isinstance(each.node, ast.ClassDef)), None)


def parameters(function: Function) -> list[str]:
    return [each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def annotation_of(function: Function, name: str) -> ast.expr | None:
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return next((each.annotation for each in arguments if each.arg == name), None)


def passed(call: ast.Call, function: Function, name: str) -> list[ast.expr]:
    """Return what a call passes for a parameter."""
    names = [each for each in parameters(function) if each not in ("self", "cls")]
    at = names.index(name) if name in names else len(call.args)
    given = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return given + ([call.args[at]] if at < len(call.args) else [])


def assigned(function: Function, name: str) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(each, ast.Name) and each.id == name for each in targets):
            found.append(node.value)
    return found


@dataclass
class Calls:
    """The calls in the app's modules, each found once: a big project has hundreds of thousands."""

    tree: ProjectTree

    def of(self, function: Function) -> Iterator[tuple[ast.Call, Scope]]:
        """Yield the calls of a function by its name, or of the class whose `__init__` it is."""
        if function.name != "__init__":
            yield from self._by_name.get(function.name, ())
            return
        for call, scope in self._all:
            found = self.tree.resolve_expression(scope.module, call.func)
            if found is not None and isinstance(found.node, ast.ClassDef) and function in found.node.body:
                yield call, scope

    @cached_property
    def _all(self) -> list[tuple[ast.Call, Scope]]:
        return [found for module in self.tree.app_modules for found in calls_in(self.tree, module)]

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[ast.Call, Scope]]]:
        found: dict[str, list[tuple[ast.Call, Scope]]] = {}
        for call, scope in self._all:
            named: str = getattr(call.func, "attr", "") or getattr(call.func, "id", "")
            found.setdefault(named, []).append((call, scope))
        return found


def calls_in(tree: ProjectTree, module: Module) -> Iterator[tuple[ast.Call, Scope]]:
    """Yield each call, and where it is."""
    waiting: list[tuple[ast.AST, Function | None, SettingsClass | None]] = [(module.source.tree, None, None)]
    while waiting:
        node, function, owner = waiting.pop()
        if isinstance(node, ast.Call):
            yield node, Scope(module, function, owner)
        if isinstance(node, ast.ClassDef) and node.name in module.definitions:
            owner = SettingsClass(tree, module.definitions[node.name])
        inside = node if isinstance(node, FUNCTIONS) else function
        waiting.extend((each, inside, owner) for each in ast.iter_child_nodes(node))
