"""Dependency overrides: they are laid on the app that runs, which is the fixture `app`."""

from typing import TYPE_CHECKING

from .apps import app_of
from .reasons import Doubt
from .syntax import Node, Tree, cst, full_name, text_of, walk

if TYPE_CHECKING:
    from .examine import Examination


def find_overrides(seen: "Examination") -> None:
    """Note each use of the imported app, for which the fixture `app` is taken."""
    if seen.unit.kind == "helper" or "app" in seen.names | seen.places.bound:
        return
    for name in {each.value for each in seen.all.names} - seen.names - seen.places.bound:
        if name not in seen.module.imports and name not in seen.module.assigned:
            continue
        for use in seen.places.variables(name):
            node = overridden(use, seen.tree)
            if node is None:
                continue
            app = app_of(seen.world, node, seen.unit, seen.module)
            if app is None or not seen.world.is_the_app(app):
                seen.doubt("app", use, text_of(node))
            seen.found.apps.append(node)


def overridden(use: Node, tree: Tree) -> Node | None:
    """Return the expression that begins with `use` and whose `dependency_overrides` are taken."""
    node = use
    parent = tree.parent(node)
    while isinstance(parent, cst.Attribute) and parent.value is node:
        if parent.attr.value == "dependency_overrides":
            return node
        node, parent = parent, tree.parent(parent)
    return None


def judge_overrides(seen: "Examination") -> None:
    """Leave out what clears all overrides at the end: the fixture `app` puts back its own."""
    found = seen.found
    if seen.module.overrides_at_top():
        seen.doubt("overrides-at-import", seen.unit.node)
    clears = [each for each in seen.places.statements if _clears(each)]
    for small in clears:
        if seen.unit.kind == "helper":
            continue
        line = seen.tree.parent(small)
        if _requests_follow(line, seen):
            found.doubts.append(Doubt("overrides", small))
        elif len(line.body) == 1:
            drop_line(line, seen)


def drop_line(line: Node, seen: "Examination") -> None:
    """Leave out a statement, and a `finally` that held nothing else."""
    if any(line is each for each in seen.found.dropped):
        return
    seen.found.dropped.append(line)
    final = seen.tree.parent(seen.tree.parent(line))
    if not isinstance(final, cst.Finally):
        return
    around = seen.tree.parent(final)
    empty = all(any(each is gone for gone in seen.found.dropped) for each in final.body.body)
    if empty and not around.handlers and around.orelse is None:
        seen.found.spliced.append(around)


def _clears(small: Node) -> bool:
    if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
        return (full_name(small.value) or "").endswith(".dependency_overrides.clear")
    return (
        isinstance(small, cst.Assign)
        and (full_name(small.targets[0].target) or "").endswith(".dependency_overrides")
        and isinstance(small.value, cst.Dict)
        and not small.value.elements
    )


def _requests_follow(line: Node, seen: "Examination") -> bool:
    calls = [*seen.found.requests, *(call for call, _ in seen.found.helper_calls)]
    after = False
    for node in walk(seen.unit.node.body):
        after = after or node is line
        if after and any(node is call for call in calls):
            return True
    return False
