"""Calls of helpers that make requests, of fixtures by name, and of `time.sleep`."""

from .examination import Examination
from .findings import inventory_of
from .modules import Function
from .reasons import Doubt
from .syntax import Node, cst, full_name, walk


def read_calls(seen: Examination) -> None:
    for call in seen.all.calls:
        name = full_name(call.func) or ""
        if name.endswith("getfixturevalue"):
            _read_get_fixture_value(seen, call)
        if name == "time.sleep" and seen.module.imports.get("time") == "time":
            _read_sleep(seen, call)
        helper = callee(seen, call)
        if helper is None or helper is seen.function:
            continue
        seen.found.called.add(helper)
        there = seen.known.get(helper)
        if there is None or helper.kind != "helper":
            continue
        if any(each.attr.value == "dependency_overrides" for each in inventory_of(helper).attributes):
            seen.doubt("app", call, f"{helper.name} sets overrides on it")
        if there.makes:
            seen.found.makes = True
            seen.doubt("made-elsewhere", call, helper.name)
        elif there.awaits and not there.function.given:
            call_helper(seen, call, helper)


def _read_sleep(seen: Examination, call: Node) -> None:
    doubts: list[Doubt] = []
    seen.positions.check_await(call, doubts, requests=False)
    if not doubts:
        seen.found.sleeps.append(call)


def is_harmless_manager(seen: Examination, expression: Node) -> bool:
    """Tell whether a context manager of the tests lets every exception pass."""
    helper = callee(seen, expression) if isinstance(expression, cst.Call) else None
    if helper is None or not helper.decorator("contextlib.contextmanager"):
        return False
    return not any(isinstance(each, cst.Try | cst.TryStar) and each.handlers for each in walk(helper.node.body))


def callee(seen: Examination, call: Node) -> Function | None:
    """Return the function of the tests that is called."""
    own = seen.own_attribute(call.func)
    if own is not None:
        for each in seen.module.functions:
            if each.owner is seen.function.owner and each.name == own:
                return each
        return None
    if isinstance(call.func, cst.Name) and call.func.value in seen.names | seen.positions.bound:
        return None
    return seen.index.function(call.func, seen.module)


def _read_get_fixture_value(seen: Examination, call: Node) -> None:
    value = getattr(call.args[0].value, "evaluated_value", None) if call.args else None
    fixture = seen.index.fixture(value, seen.function) if isinstance(value, str) else None
    there = seen.known.get(fixture) if fixture is not None else None
    if value == "client" or (there is not None and there.touches):
        seen.doubt("fixtures", call, "getfixturevalue")
        seen.found.makes = True


def call_helper(seen: Examination, call: Node, helper: Function) -> None:
    """Note a call of a helper that has to be awaited."""
    if any(each is call for each, _ in seen.found.helper_calls):
        return
    if helper.is_async:
        return
    seen.found.helper_calls.append((call, helper))
    if helper.decorator("contextlib.contextmanager", "contextmanager"):
        _enter_helper(seen, call)
        return
    seen.positions.check_await(call, seen.found.doubts, requests=True)


def _enter_helper(seen: Examination, call: Node) -> None:
    item = seen.tree.parent(call)
    block = seen.tree.parent(item) if isinstance(item, cst.WithItem) else None
    if block is None or len(block.items) > 1:
        seen.doubt("context-managers", call)
        return
    seen.found.managers.append(block)
    seen.positions.check_await(block, seen.found.doubts, requests=True)
