"""Judges the shape of a whole function, after each use of a client was judged."""

from .apps import app_of_fixture
from .clients import CLIENT
from .examination import Examination
from .functions import SET_UP_FIXTURE, fixture_name, fixture_option, fixture_scope, is_unittest, own_body
from .marks import judge_marks
from .overrides import judge_overrides
from .plain_fixtures import is_plain
from .reasons import Doubt
from .sessions import find_sessions
from .syntax import cst, full_name, text_of


def judge_function(seen: Examination) -> None:
    """Judge a whole function by its kind."""
    function, found = seen.function, seen.found
    if not found.touches:
        return
    if is_unittest(function):
        found.doubts.insert(0, Doubt("unittest", function.owner))
    _judge_own_name(seen)
    for call in seen.all.calls:
        if (full_name(call.func) or "").endswith(("LifespanManager", "lifespan_context")):
            seen.doubt("app", call, "it runs the lifespan a second time")
    _judge_strings(seen)
    if function.kind in ("test", "fixture"):
        judge_marks(seen)
    judge_overrides(seen)
    if function.kind == "test" and not function.is_async:
        find_sessions(seen)
    by_kind = {
        "fixture": _judge_fixture,
        "test": _judge_assertions,
        "set-up": _judge_set_up,
        "helper": _judge_helper,
    }
    by_kind[function.kind](seen)


def _judge_helper(seen: Examination) -> None:
    function = seen.function
    if not seen.found.awaits:
        return
    if seen.all.yields and not function.decorator("contextlib.contextmanager"):
        seen.doubt("laziness", function.node)
    known = ("contextlib.contextmanager", "staticmethod", "classmethod")
    if len(function.node.decorators) != (1 if function.decorator(*known) else 0):
        seen.doubt("helpers", function.node, "it is decorated")


def _judge_strings(seen: Examination) -> None:
    for each in seen.all.strings:
        if "testserver" in each.value or "testclient" in each.value:
            parent = seen.tree.parent(each)
            keyword = getattr(getattr(parent, "keyword", None), "value", None)
            if keyword != "base_url":
                seen.doubt("urls", each, each.value)


def _judge_assertions(seen: Examination) -> None:
    found = seen.found
    if not found.requests or any(not s.raises for s in found.sources.values()):
        return
    asserts = any(isinstance(n, cst.Assert) for n in seen.positions.statements)
    calls = (text_of(call.func) for call in seen.all.calls)
    words = ("assert", "check", "verify", "expect", "raise_for_status", "raises", "fail")
    if not asserts and not any(word in call for call in calls for word in words):
        seen.doubt("nothing-asserted", seen.function.node)


def _judge_own_name(seen: Examination) -> None:
    replaced = {name for name, each in seen.found.sources.items() if each.is_replaced}
    if not replaced - {CLIENT}:
        return
    if CLIENT in seen.names and CLIENT not in replaced:
        seen.doubt("clients", seen.function.node)
    elif CLIENT in seen.positions.bound:
        seen.doubt("names", seen.function.node, CLIENT)


def _judge_set_up(seen: Examination) -> None:
    function, found = seen.function, seen.found
    extra = {name for name in seen.names - {"self", "cls"} if seen.positions.variables(name)}
    names = [each.name for each in seen.module.functions if each.owner is function.owner]
    both = {"setup_method", "setup_class"} <= {*names}
    if SET_UP_FIXTURE in names:
        seen.doubt("async-copy", function.node, SET_UP_FIXTURE)
    other = function.name in ("setup", "teardown_class") or extra or both
    if other or (function.name == "teardown_method" and not _only_closes(seen)):
        seen.doubt("fixtures", function.node, function.name)
    elif function.name == "setup_class" and (len(own_body(function.node)) > 1 or found.awaits):
        seen.doubt("fixtures", function.node, "setup_class does more than make the client")


def _only_closes(seen: Examination) -> bool:
    body = own_body(seen.function.node)
    return all(any(line is gone for gone in seen.found.dropped) for line in body)


def _judge_fixture(seen: Examination) -> None:
    function, found = seen.function, seen.found
    found.plain = is_plain(seen)
    if found.plain:
        return
    if found.sources and fixture_scope(function) != "function":
        seen.doubt("fixtures", function.node, f"its scope is {fixture_scope(function)}")
    if found.gives is not None and fixture_option(function, "params") is not None:
        seen.doubt("parameters", function.node)


def read_app_fixture(seen: Examination) -> None:
    """Note a fixture `app` that only returns the app."""
    if seen.function.kind == "fixture" and fixture_name(seen.function) == "app":
        app = app_of_fixture(seen.index, seen.function)
        seen.found.plain_app = app is not None and seen.index.is_the_app(app)
