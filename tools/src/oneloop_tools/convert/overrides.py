"""Dependency overrides: converted tests set them on the running app, which is the fixture `app`."""

from .apps import app_of
from .examination import Examination
from .reasons import Doubt
from .syntax import Node, cst, full_name, text_of, walk


def find_overrides(seen: Examination) -> None:
    """Note each use of the imported app, which the fixture `app` replaces."""
    if seen.function.kind == "helper":
        return
    for attribute in seen.all.attributes:
        if attribute.attr.value != "dependency_overrides":
            continue
        node = attribute.value
        first = (full_name(node) or "").partition(".")[0]
        of_client = first in seen.found.sources and full_name(node) == f"{first}.app"
        if first in seen.names or of_client:
            continue  # the fixture `app`, or the app of a client
        app = app_of(seen.index, node, seen.function, seen.module)
        bound = first in seen.positions.bound or "app" in seen.positions.bound
        if app is None or bound or not seen.index.is_the_app(app):
            seen.doubt("app", attribute, text_of(node))
        seen.found.apps.append(node)


def judge_overrides(seen: Examination) -> None:
    """Drop statements that clear all overrides at the end: the plugin restores them after each test."""
    found = seen.found
    if seen.module.overrides_at_import:
        seen.doubt("overrides-at-import", seen.function.node)
    clears = [each for each in seen.positions.statements if _clears(each)]
    for small in clears:
        if seen.function.kind == "helper":
            continue
        line = seen.tree.parent(small)
        if _requests_follow(line, seen):
            found.doubts.append(Doubt("overrides", small))
        elif len(line.body) == 1:
            drop_line(line, seen)


def drop_line(line: Node, seen: Examination) -> None:
    """Drop a statement, and a `finally` that has no other statement."""
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


def _requests_follow(line: Node, seen: Examination) -> bool:
    calls = [*seen.found.requests, *(call for call, _ in seen.found.helper_calls)]
    after = False
    for node in walk(seen.function.node.body):
        after = after or node is line
        if after and any(node is call for call in calls):
            return True
    return False
