"""Parameters: the fixtures that a function asks for, and what they hold."""

from typing import TYPE_CHECKING

from .clients import Source
from .shared import world_client
from .syntax import Node, cst
from .units import Unit, fixture_scope

if TYPE_CHECKING:
    from .examine import Examination


def read_params(seen: "Examination") -> None:
    """Find the clients that come as parameters, and the fixtures that hold one."""
    unit, found = seen.unit, seen.found
    for param in unit.params:
        name = param.name.value
        if unit.kind == "helper":
            if param.default is not None and _is_client(seen, param.default):
                found.makes = True
                seen.doubt("made-elsewhere", param, name)
            elif name in unit.given:
                found.sources[name] = Source("parameter", ("parameter", unit, name))
            continue
        fixture = seen.world.fixture(name, unit)
        if fixture is None:
            if name == "client":
                found.sources[name] = Source("harness", "client")
                found.origins.add("client")
            continue
        _read_fixture(seen, name, fixture)
    for fixture in seen.world.autouse_of(unit) if unit.kind == "test" else ():
        if (there := seen.known.get(fixture)) and there.touches:
            found.by_string.append(fixture)
            found.origins |= there.origins


def _is_client(seen: "Examination", default: Node) -> bool:
    return isinstance(default, cst.Name) and world_client(seen, default.value) is not None


def _read_fixture(seen: "Examination", name: str, fixture: Unit) -> None:
    there = seen.known.get(fixture)
    if there is None or not there.touches:
        return
    seen.found.origins |= there.origins
    if there.gives is None:
        seen.found.fixtures[name] = fixture
        if there.factory:
            _read_factory(seen, name)
        return
    given = there.gives
    kind = "harness" if there.plain else "fixture"
    shared = given.shared or fixture_scope(fixture) != "function"
    seen.found.sources[name] = Source(
        kind, given.origin, given.is_async, given.raises, given.follows, shared, fixture
    )
    if not there.plain:
        seen.found.fixtures[name] = fixture


def _read_factory(seen: "Examination", name: str) -> None:
    # What the fixture gives makes requests when it is called, so each call is awaited.
    for use in seen.places.variables(name):
        call = seen.tree.parent(use)
        if isinstance(call, cst.Call) and call.func is use:
            seen.found.nested_calls.append(call)
            seen.places.check_await(call, seen.found.doubts, requests=True)
        else:
            seen.doubt("arguments", use, f"{name} is passed on")
    if name in seen.places.bound:
        seen.doubt("names", seen.unit.node, name)
