"""What is said of a function as a whole, when each use of a client was looked at."""

from typing import TYPE_CHECKING

from .apps import app_of_fixture
from .clients import CLIENT
from .marks import judge_marks
from .overrides import judge_overrides
from .plain import is_plain
from .reasons import Doubt
from .sessions import find_sessions
from .syntax import cst, full_name, text_of
from .units import fixture_name, fixture_option, fixture_scope, is_unittest, own_body

if TYPE_CHECKING:
    from .examine import Examination

SET_UP = "set_up"


def judge_whole(seen: "Examination") -> None:
    """Look at the function as a whole."""
    unit, found = seen.unit, seen.found
    if not found.touches:
        return
    if is_unittest(unit):
        found.doubts.insert(0, Doubt("unittest", unit.owner))
    _judge_own_name(seen)
    for call in seen.all.calls:
        if (full_name(call.func) or "").endswith(("LifespanManager", "lifespan_context")):
            seen.doubt("app", call, "it runs the lifespan, which has run")
    _judge_strings(seen)
    if unit.kind in ("test", "fixture"):
        judge_marks(seen)
    judge_overrides(seen)
    if unit.kind == "test" and not unit.is_async:
        find_sessions(seen)
    by_kind = {
        "fixture": _judge_fixture,
        "test": _judge_assertions,
        "set-up": _judge_set_up,
        "helper": _judge_helper,
    }
    by_kind[unit.kind](seen)


def _judge_helper(seen: "Examination") -> None:
    unit = seen.unit
    if not seen.found.awaits:
        return
    if seen.all.yields and not unit.decorator("contextlib.contextmanager"):
        seen.doubt("laziness", unit.node)
    known = ("contextlib.contextmanager", "staticmethod", "classmethod")
    if len(unit.node.decorators) != (1 if unit.decorator(*known) else 0):
        seen.doubt("helpers", unit.node, "it is decorated")


def _judge_strings(seen: "Examination") -> None:
    for each in seen.all.strings:
        if "testserver" in each.value or "testclient" in each.value:
            parent = seen.tree.parent(each)
            keyword = getattr(getattr(parent, "keyword", None), "value", None)
            if keyword != "base_url":
                seen.doubt("urls", each, each.value)


def _judge_assertions(seen: "Examination") -> None:
    found = seen.found
    if not found.requests or any(not s.raises for s in found.sources.values()):
        return
    asserts = any(isinstance(n, cst.Assert) for n in seen.places.statements)
    calls = (text_of(call.func) for call in seen.all.calls)
    words = ("assert", "check", "verify", "expect", "raise_for_status", "raises", "fail")
    if not asserts and not any(word in call for call in calls for word in words):
        seen.doubt("nothing-asserted", seen.unit.node)


def _judge_own_name(seen: "Examination") -> None:
    replaced = {name for name, each in seen.found.sources.items() if each.is_replaced}
    if not replaced - {CLIENT}:
        return
    if CLIENT in seen.names and CLIENT not in replaced:
        seen.doubt("clients", seen.unit.node)
    elif CLIENT in seen.places.bound:
        seen.doubt("names", seen.unit.node, CLIENT)


def _judge_set_up(seen: "Examination") -> None:
    unit, found = seen.unit, seen.found
    extra = {name for name in seen.names - {"self", "cls"} if seen.places.variables(name)}
    names = [each.name for each in seen.module.units if each.owner is unit.owner]
    both = {"setup_method", "setup_class"} <= {*names}
    if SET_UP in names:
        seen.doubt("twins", unit.node, SET_UP)
    other = unit.name in ("setup", "teardown_class") or extra or both
    if other or (unit.name == "teardown_method" and not _only_closes(seen)):
        seen.doubt("fixtures", unit.node, unit.name)
    elif unit.name == "setup_class" and (len(own_body(unit.node)) > 1 or found.awaits):
        seen.doubt("fixtures", unit.node, "setup_class does more than to make the client")


def _only_closes(seen: "Examination") -> bool:
    body = own_body(seen.unit.node)
    return all(any(line is gone for gone in seen.found.dropped) for line in body)


def _judge_fixture(seen: "Examination") -> None:
    unit, found = seen.unit, seen.found
    found.plain = is_plain(seen)
    if found.plain:
        return
    if found.sources and fixture_scope(unit) != "function":
        seen.doubt("fixtures", unit.node, f"its scope is {fixture_scope(unit)}")
    if found.gives is not None and fixture_option(unit, "params") is not None:
        seen.doubt("parameters", unit.node)


def read_app_fixture(seen: "Examination") -> None:
    """Note a fixture that gives the app and does nothing else."""
    if seen.unit.kind == "fixture" and fixture_name(seen.unit) == "app":
        app = app_of_fixture(seen.world, seen.unit)
        seen.found.plain_app = app is not None and seen.world.is_the_app(app)
