"""Dependency overrides: they are laid on the app that runs, which is the fixture `app`."""

from typing import TYPE_CHECKING

from .reasons import Doubt
from .syntax import Node, cst, full_name, walk

if TYPE_CHECKING:
    from .examine import Examination


def find_overrides(seen: "Examination") -> None:
    """Note each use of the imported app, for which the fixture `app` is taken."""
    if seen.unit.kind == "helper" or "app" in seen.names | seen.places.bound:
        return
    clients = {*seen.found.apps}
    for name in {each.value for each in seen.all.names} - seen.names - seen.places.bound:
        if name not in seen.module.imports and name not in seen.module.assigned:
            continue
        for use in seen.places.variables(name):
            node = _app_at(use, seen)
            if node is not None and node not in clients:
                seen.found.apps.append(node)


def _app_at(use: Node, seen: "Examination") -> Node | None:
    node = use
    while isinstance(node, cst.Name | cst.Attribute):
        parent = seen.tree.parent(node)
        if not isinstance(parent, cst.Attribute) or parent.value is not node:
            return None
        app = seen.world.app_of(node, seen.unit, seen.module)
        if app is not None and parent.attr.value == "dependency_overrides":
            return node if seen.world.is_the_app(app) else None
        node = parent
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
