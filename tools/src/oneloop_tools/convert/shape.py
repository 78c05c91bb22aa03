"""Judges the shape of a whole function and its marks, after each use of a client was judged."""

from .clients import CLIENT, app_of_fixture
from .examination import Examination
from .index import FIXTURES, SET_UP_FIXTURE, fixture_name, fixture_option, fixture_scope, is_unittest, own_body
from .modules import Module
from .overrides import find_sessions, is_plain, judge_overrides
from .reasons import Doubt
from .syntax import Node, cst, full_name, text_of

# Decorators that also work for async functions.
ASYNC_AWARE = ("patch", "freeze_time", "travel", "staticmethod", "classmethod")
SCOPES = ("session", "package", "module", "class", "function")
LOOP_WORDS = (b"all_tasks", b"event_loop", b"running_loop", b"current_task")
NEEDLESS = ("pytest.mark.asyncio", "pytest.mark.anyio")


def judge_marks(seen: Examination) -> None:
    """Note a doubt if a conversion would change what a mark or decorator does."""
    decorators = [each.decorator for each in seen.function.node.decorators]
    if seen.function.owner is not None:
        decorators += [each.decorator for each in seen.function.owner.decorators]
    for value in _pytestmarks(seen):
        decorators += value.elements if isinstance(value, cst.List | cst.Tuple) else [value]
    for each in decorators:
        decorator = each.value if isinstance(each, cst.Element) else each
        name = seen.module.dotted(decorator)
        if name == "pytest.mark.parametrize" and isinstance(decorator, cst.Call):
            _judge_parametrize(seen, decorator)
        elif name == "pytest.mark.usefixtures":
            _judge_use_fixtures(seen, decorator)
        elif name == "hypothesis.given" and seen.found.needs_client:
            seen.doubt("hypothesis", decorator)
        elif name in NEEDLESS and not is_needless(decorator, seen.module):
            seen.doubt("marks", decorator, text_of(decorator))
        elif not _lets_be_async(name or "", seen.module):
            seen.doubt("decorators", decorator, text_of(decorator))


def _pytestmarks(seen: Examination) -> list[Node]:
    found = [*seen.module.assigned.get("pytestmark", ())]
    for line in seen.function.owner.body.body if seen.function.owner is not None else ():
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if isinstance(small, cst.Assign) and full_name(small.targets[0].target) == "pytestmark":
            found.append(small.value)
    return [value for value in found if "usefixtures" in text_of(value)]


def _lets_be_async(name: str, module: Module) -> bool:
    if name.startswith(("pytest.mark.", "hypothesis.")) or name in FIXTURES:
        return True
    first, _, rest = name.removeprefix(f"{module.name}.").partition(".")
    values = module.assigned.get(first, [])
    if len(values) == 1 and not rest:  # `slow = pytest.mark.slow`
        return (module.dotted(values[0]) or "").startswith("pytest.mark.")
    return any(part in ASYNC_AWARE for part in name.split("."))


def is_needless(decorator: Node, module: Module) -> bool:
    """Tell whether a mark only says that the test is async, or on which loop, and the file handles no loop itself."""
    if not isinstance(decorator, cst.Call):
        return True
    scopes = ("session",) if any(word in module.tree.content for word in LOOP_WORDS) else SCOPES
    return all(
        arg.keyword is not None
        and arg.keyword.value in ("loop_scope", "scope")
        and getattr(arg.value, "evaluated_value", None) in scopes
        for arg in decorator.args
    )


def _judge_parametrize(seen: Examination, call: Node) -> None:
    names = getattr(call.args[0].value, "evaluated_value", None) if call.args else None
    if names is None and call.args and isinstance(call.args[0].value, cst.Tuple | cst.List):
        values = (e.value for e in call.args[0].value.elements)
        names = ",".join(str(getattr(v, "evaluated_value", "")) for v in values)
    given = {each.strip() for each in (names or "").split(",")}
    if given & ({*seen.found.sources} | {*seen.found.fixtures} | {CLIENT}):
        seen.doubt("parameters", call)


def _judge_use_fixtures(seen: Examination, call: Node) -> None:
    for arg in call.args if isinstance(call, cst.Call) else ():
        name = getattr(arg.value, "evaluated_value", None)
        fixture = seen.index.fixture(name, seen.function) if isinstance(name, str) else None
        there = seen.known.get(fixture) if fixture is not None else None
        if name == "client" or (there is not None and there.gives):
            seen.doubt("fixtures", arg, f"usefixtures({name!r})")
        elif fixture is not None and there is not None and there.touches:
            seen.found.by_string.append(fixture)
            seen.found.origins |= there.origins


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
