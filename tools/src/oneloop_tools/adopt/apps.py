"""The apps of the project, where they are, and which of them the tests use."""

import ast
from pathlib import Path

from oneloop_tools.audit.app.search import find_apps

from .finding import Finding
from .project_tree import ProjectTree


def find_project_apps(tree: ProjectTree, plugin: Path) -> list[Finding]:
    """Return the apps outside of the tests. If there is none, return the functions that make one."""
    found = [each for each in find_apps(tree.sources, tree.roots, [plugin]) if not _is_in_tests(tree, each.module)]
    apps: list[Finding] = []
    factories: list[Finding] = []
    for each in found:
        module = tree.modules.get(each.module)
        definition = module.definitions.get(each.name) if module else None
        where = definition.where if definition else each.module
        (factories if each.factory else apps).append(Finding(str(each), where))
    apps = apps or [app for each in factories for app in _made_by(tree, each)]
    return apps or [Finding(each.value, f"{each.where}, a function that makes it") for each in factories]


def _is_in_tests(tree: ProjectTree, name: str) -> bool:
    module = tree.modules.get(name)
    return module is not None and tree.is_test(module)


def _made_by(tree: ProjectTree, factory: Finding) -> list[Finding]:
    """Return the apps that other modules make by a factory: `app = create_app(settings)`."""
    found = []
    for module in tree.app_modules:
        for definition in module.definitions.values():
            value = getattr(definition.node, "value", None)
            if isinstance(value, ast.Call):
                called = tree.resolve_expression(module, value.func)
                if called is not None and called.reference == factory.value:
                    found.append(Finding(definition.reference, definition.where))
    return found


def is_imported_by_tests(tree: ProjectTree, reference: str) -> str:
    """Return where the tests import a name, or an empty string."""
    name = reference.partition(":")[2]
    for module in tree.test_modules:
        if reference in module.imports.values():
            lines = (node for node in ast.walk(module.source.tree) if isinstance(node, ast.ImportFrom))
            found = next((node for node in lines if any(each.name == name for each in node.names)), None)
            return module.where(found) if found else module.source.shown
    return ""


def find_outer_app(tree: ProjectTree, apps: list[Finding]) -> Finding | None:
    """Return the app whose module imports all the others, as one does that includes their routes."""
    for each in apps:
        module = tree.modules.get(each.value.partition(":")[0])
        others = {other.value for other in apps if other != each}
        if module is not None and others and others <= set(module.imports.values()):
            return Finding(each.value, f"{each.where}, which imports the other{'s' * (len(others) > 1)}")
    return None
