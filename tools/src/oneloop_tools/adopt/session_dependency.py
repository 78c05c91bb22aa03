"""The dependency by which the routes get a database session."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from .finding import Finding
from .project_tree import FUNCTIONS, Definition, Function, Module, ProjectTree
from .scopes import Scope, class_of, parameters

FACTORIES = ("async_sessionmaker", "sessionmaker", "async_scoped_session")
OVERRIDDEN = 1000  # an override in the tests outweighs any number of routes
SESSION = re.compile(r"\b(?:AsyncSession|async_sessionmaker|AsyncEngine)\b")
NAMED = re.compile(r"session|(?<![a-z])db(?![a-z])|database|uow", re.IGNORECASE)


def find_session_dependencies(tree: ProjectTree) -> list[Finding]:
    """Return the dependencies that give a session, the most used first."""
    used: Counter[Definition] = Counter()
    overridden: dict[Definition, str] = {}
    for module in tree.modules.values():
        for node in ast.walk(module.source.tree):
            for found in _depended_on(tree, module, node):
                used[found] += 1
            for found in _overridden(tree, module, node):
                used[found] += OVERRIDDEN
                overridden.setdefault(found, module.where(node))
    ranked = [each for each, _ in used.most_common() if _gives_a_session(each)]
    shown = [Finding(each.reference, f"{each.where}, {_why(used[each], overridden.get(each))}") for each in ranked]
    factories = (Finding(each.reference, f"{each.where}, a session factory") for each in _factories(tree))
    return shown or list(_of_libraries(tree)) or list(factories)


def _of_libraries(tree: ProjectTree) -> Iterator[Finding]:
    """Yield the dependencies of libraries whose name says that they give a session, the most used first."""
    used: Counter[str] = Counter()
    first: dict[str, str] = {}
    for module in tree.app_modules:
        for node in ast.walk(module.source.tree):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] == "Depends":
                target = module.imports.get(ast.unparse(node.args[0]), "")
                package, _, name = target.partition(":")
                if name and package not in tree.modules and re.search("session", name, re.IGNORECASE):
                    used[target] += 1
                    first.setdefault(target, module.where(node))
    for target, count in used.most_common():
        yield Finding(target, f"{first[target]}, of a library, {_why(count, None)}")


def _factories(tree: ProjectTree) -> Iterator[Definition]:
    """Yield the session factories, for an app whose routes depend on no session."""
    for module in tree.app_modules:
        for definition in module.definitions.values():
            value = getattr(definition.node, "value", None)
            if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in FACTORIES:
                yield definition


def _why(count: int, override: str | None) -> str:
    if override:
        return f"overridden in {override}"
    return f"used {count} times" if count > 1 else "used once"


def _depended_on(tree: ProjectTree, module: Module, node: ast.AST) -> Iterator[Definition]:
    if tree.is_test(module) or not isinstance(node, ast.Call) or not node.args:
        return
    if ast.unparse(node.func).rpartition(".")[2] in ("Depends", "Security"):
        found = _dependency(tree, module, node.args[0])
        if found is not None and not tree.is_test(found.module):
            yield found


def _overridden(tree: ProjectTree, module: Module, node: ast.AST) -> Iterator[Definition]:
    """Yield the keys of `dependency_overrides` in the tests."""
    keys: list[ast.expr] = []
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("dependency_overrides"):
        keys = [node.slice]
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
        if any(ast.unparse(each).endswith("dependency_overrides") for each in node.targets):
            keys = [key for key in node.value.keys if key is not None]
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("dependency_overrides.update") and node.args:
        keys = [k for k in node.args[0].keys if k] if isinstance(node.args[0], ast.Dict) else []
    for key in keys:
        found = _dependency(tree, module, key)
        if found is not None and not tree.is_test(found.module):
            yield found


def _dependency(tree: ProjectTree, module: Module, node: ast.expr) -> Definition | None:
    """Return the function that a dependency is, or the method of an object at the top of a module."""
    found = tree.resolve_expression(module, node)
    if found is not None or not isinstance(node, ast.Attribute):
        return found
    holder = tree.resolve_expression(module, node.value)
    owner = class_of(tree, node.value, Scope(module))
    member = owner.member(node.attr) if owner else None
    if holder is None or member is None or member.function is None:
        return None
    return Definition(holder.module, f"{holder.name}.{node.attr}", member.function)


def _gives_a_session(found: Definition) -> bool:
    node = found.node
    if not isinstance(node, FUNCTIONS):
        return False
    if node.returns is not None and SESSION.search(ast.unparse(node.returns)):
        return True
    given = [each.value for each in ast.walk(node) if isinstance(each, ast.Yield | ast.Return) and each.value]
    if any(_is_made_of_a_parameter(each, node) for each in given):
        return False
    entered = {
        item.optional_vars.id: ast.unparse(item.context_expr)
        for each in ast.walk(node)
        if isinstance(each, ast.With | ast.AsyncWith)
        for item in each.items
        if isinstance(item.optional_vars, ast.Name)
    }
    texts = [ast.unparse(each) for each in given]
    if any(NAMED.search(entered.get(text, "")) for text in texts):
        return True
    return any(NAMED.search(text) for text in texts) and bool(NAMED.search(node.name))


def _is_made_of_a_parameter(given: ast.expr, function: Function) -> bool:
    """Whether it is an object around a session that another dependency gives: `UserDatabase(session)`."""
    arguments = given.args if isinstance(given, ast.Call) else []
    return any(isinstance(each, ast.Name) and each.id in parameters(function) for each in arguments)
