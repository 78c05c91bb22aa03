"""Dependency overrides, database sessions, and fixtures that do no more than make a client with them.

Converted tests set overrides on the running app, which is the fixture `app`. A sync test uses another kind of session
than an async one.
"""

import re

from .clients import app_of, is_of_the_service
from .examination import Examination
from .index import fixture_option, own_body
from .reasons import Doubt
from .session_overrides import drawn_from, is_session, only_makes_tables
from .syntax import Node, cst, full_name, text_of, walk

# Not `user_in_db`, which is a row.
SESSIONS = re.compile(r"(db|session|database|conn|connection|engine|async_session)|.+(?<!_in)_(session|db)")
# The methods of an AsyncSession that are not awaited.
NOT_AWAITED = ("add", "add_all", "expire", "expire_all", "expunge", "expunge_all")


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
    if any(not _stays(each, seen) for each in seen.module.overridden_at_import):
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


def _stays(overrides: Node, seen: Examination) -> bool:
    """Tell whether an override that is set at import has its effect in a converted test: one of the suite's app."""
    node, index = overrides.value, seen.index
    app = app_of(index, node, None, seen.module)
    return app is not None and index.is_the_app(app) and is_of_the_service(index, node, seen.module)


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


def find_sessions(seen: Examination) -> None:
    """Doubt a test that uses a session outside of a coroutine that it runs."""
    for name in {each for each in seen.names - {*seen.found.sources} if SESSIONS.fullmatch(each)}:
        uses = seen.positions.uses(name, seen.function.node)
        outside = [use for use in uses if not _is_within_run(use, seen)]
        is_async = len(outside) < len(uses)
        wrong = [use for use in outside if not (is_async and _is_sync_method(use, seen))]
        if wrong:
            seen.found.doubts.append(Doubt("sessions", wrong[0], name))


def _is_within_run(use: Node, seen: Examination) -> bool:
    return any(any(node is use for node in walk(inner)) for _, inner in seen.found.runs) or any(
        isinstance(parent, cst.FunctionDef) and parent.asynchronous is not None
        for parent, _ in seen.tree.above(use, seen.function.node)
        if parent is not seen.function.node
    )


def _is_sync_method(use: Node, seen: Examination) -> bool:
    parent = seen.tree.parent(use)
    return isinstance(parent, cst.Attribute) and parent.attr.value in NOT_AWAITED


def is_plain(seen: Examination) -> bool:
    """Tell whether a fixture only makes a client, and nothing would be lost without it."""
    found, function = seen.found, seen.function
    made = [each for each in found.sources.values() if each.kind == "constructor"]
    if found.gives is None or len(made) != 1 or found.gives is not made[0] or found.doubts:
        return False
    if found.awaits or found.mutates or any(nodes for _, nodes in found.set_up):
        return False
    if fixture_option(function, "params") or fixture_option(function, "autouse"):
        return False
    if not all(_is_harmless(each, seen) for each in own_body(function.node)):
        return False
    asked = {each.name.value for each in function.params} - {"self", "app", "event_loop"}
    return all(_gives_nothing_else(name, seen) for name in asked)


def _gives_nothing_else(name: str, seen: Examination) -> bool:
    fixture = seen.index.fixture(name, seen.function)
    if fixture in seen.index.autouse_of(seen.function):
        return True  # it comes anyway
    return is_session(name) and (bool(seen.positions.variables(name)) or fixture is None or only_makes_tables(fixture))


def _is_harmless(statement: Node, seen: Examination) -> bool:
    if isinstance(statement, cst.With):
        return any(statement is each for each in seen.found.spliced) and all(
            _is_harmless(each, seen) for each in statement.body.body
        )
    if isinstance(statement, cst.FunctionDef):
        return not statement.decorators  # else it may be a route
    if isinstance(statement, cst.Try) and not statement.handlers:
        parts = [*statement.body.body, *statement.finalbody.body.body]
        return all(_is_harmless(each, seen) for each in parts)
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return all(_is_harmless_line(each, seen) for each in statement.body)


def _is_harmless_line(line: Node, seen: Examination) -> bool:
    if isinstance(line, cst.Import | cst.ImportFrom):
        return True
    value = getattr(line, "value", None)
    if isinstance(value, cst.Yield):
        value = value.value
    if isinstance(line, cst.Del):
        return "dependency_overrides[" in text_of(line)
    if value is None:
        return isinstance(line, cst.Pass)
    if isinstance(line, cst.Assign) and _sets_override(line.targets[0].target, value, seen):
        return True
    call = isinstance(value, cst.Call) and (full_name(value.func) or "")
    if call and ".dependency_overrides." in call:
        return call.rpartition(".")[2] in ("clear", "pop")
    given = [node for node, _ in seen.found.renames]
    given += [seen.tree.parent(node).value for node in given if _is_returned(node, seen)]
    made = [each.value for each in _made_assignments(seen)]
    return any(value is each for each in [*given, *made])


def _is_returned(node: Node, seen: Examination) -> bool:
    return isinstance(seen.tree.parent(node), cst.Return | cst.Yield)


def _sets_override(target: Node, value: Node, seen: Examination) -> bool:
    if isinstance(target, cst.Subscript):
        override_of_app = (full_name(target.value) or "").endswith("dependency_overrides")
        return override_of_app and drawn_from(target, value, seen.function) is not None
    whole = (full_name(target) or "").endswith("dependency_overrides")
    return whole and isinstance(value, cst.Dict) and not value.elements


def _made_assignments(seen: Examination) -> list[Node]:
    return [each.body[0] for each in seen.found.dropped if isinstance(each.body[0], cst.Assign)]
