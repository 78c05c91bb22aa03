"""Tells whether an async test runs on an event loop of its own, which no other test and no server shares."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from .collection import Fixture, Layer, Test, autouse, find
from .modules import keyword, used_fixtures
from .names import lineage
from .values import Known, Library

ISOLATED = "IsolatedAsyncioTestCase"
OWN_FIXTURES = ("event_loop", "event_loop_policy")


def own_loop(test: Test, layers: Sequence[Layer], settings: Mapping[str, Sequence[str]]) -> str | None:
    """Return why a test is on a loop of its own, None if it is not, or shares nothing that is bound to a loop."""
    if not isinstance(test.node, ast.AsyncFunctionDef):
        return None
    for owner in lineage(test.owner) if test.owner is not None else ():
        names = [base.name if isinstance(base, Library) else _name(base) for base in owner.bases]
        if any(name.endswith(ISOLATED) for name in names):
            return f"{ISOLATED} runs it on a loop of its own"
    why = _by_mark(test) or _by_fixture(layers) or _by_setting(settings)
    return why if why and _shares(test, layers) else None


def _name(base: object) -> str:
    return str(getattr(base.value, "__name__", "")) if isinstance(base, Known) else ""


def _by_mark(test: Test) -> str | None:
    for mark in _marks(test):
        call = mark if isinstance(mark, ast.Call) else None
        name = ast.unparse(call.func if call is not None else mark).removeprefix("pytest.")
        if name == "mark.anyio":
            return "the mark anyio runs it on a loop of its own"
        if name == "mark.asyncio" and call is not None:
            scope = keyword(call, "loop_scope") or keyword(call, "scope")
            if isinstance(scope, ast.Constant) and scope.value != "session":
                return f"its mark asks for a loop of its {scope.value!s}"
    return None


def _marks(test: Test) -> Iterator[ast.expr]:
    yield from test.node.decorator_list
    values = [test.module.names.get("pytestmark")]
    for owner in test.classes:
        yield from owner.node.decorator_list
        lines = (line for line in owner.node.body if isinstance(line, ast.Assign))
        values += [line.value for line in lines if ast.unparse(line.targets[0]) == "pytestmark"]
    for value in values:
        if isinstance(value, ast.List | ast.Tuple):
            yield from value.elts
        elif isinstance(value, ast.expr):
            yield value


def _by_fixture(layers: Sequence[Layer]) -> str | None:
    for name in OWN_FIXTURES:
        fixture = find(name, layers, None)
        if fixture is not None:
            return f"{fixture.module.shown}:{fixture.node.lineno} has an {name} of its own"
    return None


def _by_setting(settings: Mapping[str, Sequence[str]]) -> str | None:
    by_anyio = settings.get("anyio_mode") == ["auto"] and settings.get("asyncio_mode") != ["auto"]
    return "anyio_mode = auto runs it on a loop of its own" if by_anyio else None


def _shares(test: Test, layers: Sequence[Layer]) -> bool:
    """Tell whether a test uses an async fixture or a client: all else that it makes is bound to its own loop."""
    waiting = [*_params(test.node), *used_fixtures([(ast.unparse(c.func).rpartition(".")[2], c) for c in _calls(test)])]
    fixtures = autouse(layers)
    seen: set[Fixture] = set()
    while waiting or fixtures:
        fixture = fixtures.pop() if fixtures else find(waiting.pop(), layers, None)
        if fixture is None or fixture in seen:
            continue
        seen.add(fixture)
        if isinstance(fixture.node, ast.AsyncFunctionDef):
            return True
        waiting += _params(fixture.node)
    return "Client(" in ast.unparse(test.node)


def _calls(test: Test) -> list[ast.Call]:
    return [each for each in _marks(test) if isinstance(each, ast.Call)]


def _params(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
