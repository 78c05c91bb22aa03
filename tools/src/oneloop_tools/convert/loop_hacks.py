"""Event loops that sync tests make or get to run a coroutine."""

from .examination import Examination
from .overrides import drop_line
from .reasons import Doubt
from .syntax import Node, cst, full_name, text_of

LOOPS = ("asyncio.get_event_loop", "asyncio.new_event_loop", "asyncio.get_running_loop")
FIXTURES = ("event_loop", "loop")


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
    for name in loops:
        _judge_loop(name, seen)


def _find_loops(seen: Examination) -> set[str]:
    loops = {name for name in FIXTURES if name in seen.names and seen.function.kind in ("test", "fixture", "set-up")}
    loops = {name for name in loops if name == "event_loop" or _is_run(name, seen)}
    for call in seen.all.calls:
        parent = seen.tree.parent(call)
        if seen.module.dotted(call.func) in LOOPS and isinstance(parent, cst.Assign):
            target = parent.targets[0].target
            if isinstance(target, cst.Name) and _is_run(target.value, seen):
                loops.add(target.value)
                _drop_statement(parent, seen)
    return loops


def _is_run(name: str, seen: Examination) -> bool:
    return any(full_name(call.func) == f"{name}.run_until_complete" for call in seen.all.calls)


def _is_hack(call: Node, seen: Examination) -> bool:
    name = full_name(call.func) or ""
    runs = seen.module.dotted(call.func) == "asyncio.run" or name.endswith(".run_until_complete")
    return runs and seen.function.kind != "helper"


def _coroutine(call: Node, seen: Examination, loops: set[str]) -> Node | None:
    args = call.args
    if len(args) != 1 or args[0].keyword is not None or args[0].star:
        return None
    if seen.module.dotted(call.func) == "asyncio.run":
        return args[0].value
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "run_until_complete":
        return None
    if isinstance(func.value, cst.Name) and func.value.value in loops:
        return args[0].value
    made = isinstance(func.value, cst.Call) and seen.module.dotted(func.value.func) in LOOPS
    return args[0].value if made else None


def _judge_loop(name: str, seen: Examination) -> None:
    for param in seen.function.params:
        if param.name.value == name:
            seen.found.loop_params.append(name)
            if "#" in text_of(param):
                seen.found.doubts.append(Doubt("comments", param))
    for use in seen.positions.variables(name):
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
