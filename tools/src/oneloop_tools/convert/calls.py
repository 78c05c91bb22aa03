"""Calls of helpers that make requests, of fixtures by name, of `time.sleep`, and of loops that run a coroutine."""

from .examination import Examination
from .findings import inventory_of
from .modules import Function
from .overrides import drop_line
from .reasons import Doubt
from .syntax import Node, cst, full_name, text_of, walk

LOOPS = ("asyncio.get_event_loop", "asyncio.new_event_loop", "asyncio.get_running_loop")
LOOP_FIXTURES = ("event_loop", "loop")


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


def find_runs(seen: Examination) -> None:
    """Note each coroutine that runs on a loop of its own, and each variable that holds a loop."""
    loops = _find_loops(seen)
    for call in seen.all.calls:
        inner = _coroutine(call, seen, loops)
        if inner is None and _is_hack(call, seen):
            seen.found.hacks = True
            seen.found.doubts.append(Doubt("loops", call))
        if inner is not None:
            if text_of(call).count("#") > text_of(inner).count("#"):
                seen.found.doubts.append(Doubt("comments", call))
            seen.found.runs.append((call, inner))
            seen.positions.check_await(call, seen.found.doubts, requests=False)
    if seen.function.is_async and not seen.found.runs:
        return
    for name, scope in loops.items():
        _judge_loop(name, scope, seen)


def _find_loops(seen: Examination) -> dict[str, Node | None]:
    """Return the variables that hold a loop, each with the scope that binds it."""
    asks = seen.function.kind in ("test", "fixture", "set-up")
    asked = [name for name in LOOP_FIXTURES if asks and name in seen.names]
    loops = {name: seen.function.node for name in asked if name == "event_loop" or _is_run(name, seen)}
    for call in seen.all.calls:
        parent = seen.tree.parent(call)
        if seen.module.dotted(call.func) in LOOPS and isinstance(parent, cst.Assign):
            target = parent.targets[0].target
            if isinstance(target, cst.Name) and _is_run(target.value, seen):
                loops[target.value] = seen.binder(target)
                _drop_statement(parent, seen)
    return loops


def _is_run(name: str, seen: Examination) -> bool:
    return any(full_name(call.func) == f"{name}.run_until_complete" for call in seen.all.calls)


def _is_hack(call: Node, seen: Examination) -> bool:
    name = full_name(call.func) or ""
    runs = seen.module.dotted(call.func) == "asyncio.run" or name.endswith(".run_until_complete")
    return runs and seen.function.kind != "helper"


def _coroutine(call: Node, seen: Examination, loops: dict[str, Node | None]) -> Node | None:
    args = call.args
    if len(args) != 1 or args[0].keyword is not None or args[0].star:
        return None
    if seen.module.dotted(call.func) == "asyncio.run":
        return args[0].value
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "run_until_complete":
        return None
    if isinstance(func.value, cst.Name) and func.value.value in loops:
        return args[0].value if seen.binder(func.value) is loops[func.value.value] else None
    made = isinstance(func.value, cst.Call) and seen.module.dotted(func.value.func) in LOOPS
    return args[0].value if made else None


def _judge_loop(name: str, scope: Node | None, seen: Examination) -> None:
    for param in seen.function.params:
        if param.name.value == name:
            seen.found.loop_params.append(name)
            if "#" in text_of(param):
                seen.found.doubts.append(Doubt("comments", param))
    for use in seen.positions.uses(name, scope):
        parent = seen.tree.parent(use)
        call = seen.tree.parent(parent)
        if any(call is run for run, _ in seen.found.runs):
            continue
        closes = isinstance(parent, cst.Attribute) and parent.attr.value == "close"
        sets = (
            isinstance(parent, cst.Arg)
            and isinstance(call, cst.Call)
            and seen.module.dotted(call.func) == "asyncio.set_event_loop"
        )
        if (closes or sets) and isinstance(seen.tree.parent(call), cst.Expr):
            _drop_statement(seen.tree.parent(call), seen)
        else:
            seen.found.doubts.append(Doubt("loops", use))


def _drop_statement(small: Node, seen: Examination) -> None:
    line = seen.tree.parent(small)
    if len(line.body) > 1 or not isinstance(seen.tree.parent(line), cst.IndentedBlock):
        seen.found.doubts.append(Doubt("one-line", small))
        return
    drop_line(line, seen)
