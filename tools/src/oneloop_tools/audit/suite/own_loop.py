"""Tells whether a test uses an event loop of its own, which no other test and no server shares.

In an adopted suite the plugin runs async tests on the suite's loop, whatever their marks, their class or a setting say.
It cannot do that for a test that gets a loop from a fixture, for a fixture that names a loop, or for a sync test that
runs a coroutine itself.
"""

import ast
import re
from collections.abc import Sequence

from .collection import Fixture, Layer, Test, autouse, find
from .modules import Definition, decorators, keyword, marks, used_fixtures
from .record import OwnLoop

OWN_LOOP = "event_loop"
RUNNERS = re.compile(r"asyncio\.run|(.*\.)?run_until_complete")
SHARERS = re.compile(r".*(Client|[lL]ifespan\w*)")  # their names; they may reach objects that another loop uses


def own_loop(test: Test, layers: Sequence[Layer]) -> OwnLoop | None:
    """Return why a test is on a loop of its own, None if it is not, or shares nothing that is bound to a loop."""
    fixtures = _fixtures_of(test, layers)
    shares = any(isinstance(each.node, ast.AsyncFunctionDef) for each in fixtures)
    if not isinstance(test.node, ast.AsyncFunctionDef):
        return _runs(test, fixtures, shares=shares)
    if not shares and not _calls(test.node, SHARERS):
        return None
    if OWN_LOOP in _params(test.node):
        return OwnLoop(f"it runs on the loop of the fixture {OWN_LOOP}")
    return next((OwnLoop(why) for why in map(_apart, fixtures) if why), None)


def _runs(test: Test, fixtures: Sequence[Fixture], *, shares: bool) -> OwnLoop | None:
    """Return what runs a coroutine, a sync test or a sync fixture: what its async fixtures give is on another loop."""
    if _calls(test.node, RUNNERS):
        used = ", and uses an async fixture" if shares else ""
        return OwnLoop(f"it runs a coroutine on a loop of its own{used}", shares)
    ran = [each for each in fixtures if isinstance(each.node, ast.FunctionDef) and _calls(each.node, RUNNERS)]
    where = [f"{each.name} at {each.module.shown}:{each.node.lineno}" for each in ran]
    return OwnLoop(f"its fixture {where[0]} runs a coroutine on a loop of its own", shares) if where else None


def _calls(node: ast.AST, names: re.Pattern[str]) -> bool:
    called = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    return any(names.fullmatch(ast.unparse(each)) for each in called)


def _apart(fixture: Fixture) -> str | None:
    where = f"{fixture.name} at {fixture.module.shown}:{fixture.node.lineno}"
    if OWN_LOOP in _params(fixture.node):
        return f"its fixture {where} uses the loop of the fixture {OWN_LOOP}"
    scopes = [keyword(call, "loop_scope") for name, call in decorators(fixture.node) if name.endswith("fixture")]
    named = [each.value for each in scopes if isinstance(each, ast.Constant) and each.value != "session"]
    return f"its fixture {where} has a loop of its {named[0]!s}" if named else None


def _fixtures_of(test: Test, layers: Sequence[Layer]) -> list[Fixture]:
    """Return the fixtures of the tests that a test gets, also through others."""
    used = used_fixtures([*marks(test.module, [each.node for each in test.classes], test.node)])
    waiting = [*autouse(layers), *(each for name in (*_params(test.node), *used) if (each := find(name, layers, None)))]
    found: dict[Fixture, None] = {}
    while waiting:
        fixture = waiting.pop()
        if fixture not in found:
            found[fixture] = None
            waiting += [each for name in _params(fixture.node) if (each := find(name, layers, fixture))]
    return list(found)


def _params(node: Definition) -> list[str]:
    return [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
