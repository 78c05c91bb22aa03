"""The fixtures that a function asks for, and the clients that they give."""

from .clients import ClientSource
from .examination import Examination
from .functions import fixture_scope
from .modules import Function
from .shared_clients import module_client
from .syntax import Node, cst


def read_params(seen: Examination) -> None:
    """Find the clients among the parameters, and the fixtures that use a client."""
    function, found = seen.function, seen.found
    for param in function.params:
        name = param.name.value
        if function.kind == "helper":
            if param.default is not None and _is_client(seen, param.default):
                found.makes = True
                seen.doubt("made-elsewhere", param, name)
            elif name in function.given:
                found.sources[name] = ClientSource("parameter", ("parameter", function, name))
            continue
        fixture = seen.index.fixture(name, function)
        if fixture is None:
            if name == "client":
                found.sources[name] = ClientSource("plugin", "client")
                found.origins.add("client")
            continue
        _read_fixture(seen, name, fixture)
    for fixture in seen.index.autouse_of(function) if function.kind == "test" else ():
        if (there := seen.known.get(fixture)) and there.touches:
            found.by_string.append(fixture)
            found.origins |= there.origins


def _is_client(seen: Examination, default: Node) -> bool:
    return isinstance(default, cst.Name) and module_client(seen, default.value) is not None


def _read_fixture(seen: Examination, name: str, fixture: Function) -> None:
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
    kind = "plugin" if there.plain else "fixture"
    shared = given.shared or fixture_scope(fixture) != "function"
    seen.found.sources[name] = ClientSource(
        kind, given.origin, given.is_async, given.raises, given.follows, shared, fixture
    )
    if not there.plain:
        seen.found.fixtures[name] = fixture


def _read_factory(seen: Examination, name: str) -> None:
    # The fixture gives a function that makes requests, so each call of it is awaited.
    for use in seen.positions.variables(name):
        call = seen.tree.parent(use)
        if isinstance(call, cst.Call) and call.func is use:
            seen.found.nested_calls.append(call)
            seen.positions.check_await(call, seen.found.doubts, requests=True)
        else:
            seen.doubt("arguments", use, f"{name} is passed on")
    if name in seen.positions.bound:
        seen.doubt("names", seen.function.node, name)
