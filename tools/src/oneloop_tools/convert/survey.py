"""Examines the functions of all files until nothing new is found in the functions that they call."""

from collections.abc import Hashable, Iterable, Iterator

from .calls import find_runs, is_harmless_manager, read_calls
from .client_uses import judge_uses
from .clients import app_of, read_made
from .examination import Examination
from .findings import Findings
from .index import ProjectIndex
from .made_clients import read_makers
from .modules import Function, Module
from .overrides import find_overrides
from .session_overrides import OVERRIDES
from .shape import judge_function, read_app_fixture
from .shared_clients import read_attributes, read_module_names, read_params
from .shared_sessions import SharedSessions
from .syntax import Node, cst, walk

LIBRARIES = ("estClient", "testclient", "httpx", "httpx2", "AsyncClient")


def survey(index: ProjectIndex) -> dict[Function, Findings]:
    _find_apps(index)
    sessions = SharedSessions(index)
    known: dict[Function, Findings] = {}
    seen_as: dict[Function, Hashable] = {}
    tests = [each for each in index.functions() if each.kind == "test"]
    others = [each for each in index.functions() if each.kind != "test"]
    _examine_until_stable(others, index, known, seen_as, sessions)
    pending = tests
    while pending:
        for function in pending:
            known[function] = examine(function, index, known, sessions)
        changed = _examine_until_stable(others, index, known, seen_as, sessions)
        pending = [function for function in tests if known[function].called & changed]
    return known


def _find_apps(index: ProjectIndex) -> None:
    # Whether a client can be replaced depends on how many apps the suite uses, so they are found first.
    for module in index.modules:
        if not module.mentions_overrides and not any(name.endswith(LIBRARIES) for name in module.imports.values()):
            continue
        functions = {id(function.node): function for function in module.functions}
        for node in walk(module.tree.module):
            overrides = isinstance(node, cst.Attribute) and node.attr.value == OVERRIDES
            if overrides or isinstance(node, cst.Call):
                above = (functions.get(id(each)) for each, _ in _all_above(node, module))
                function = next(filter(None, above), None)
                if overrides and (app := app_of(index, node.value, function, module)) is not None:
                    index.apps.add(app)
                elif not overrides:
                    read_made(node, module, function, index)


def _all_above(node: Node, module: Module) -> Iterator[tuple[Node, Node]]:
    return module.tree.above(node, module.tree.module)


def _examine_until_stable(
    functions: Iterable[Function],
    index: ProjectIndex,
    known: dict[Function, Findings],
    seen_as: dict[Function, Hashable],
    sessions: SharedSessions,
) -> set[Function]:
    changed: set[Function] = set()
    again = True
    while again:
        again = False
        for function in functions:
            known[function] = examine(function, index, known, sessions)
            seen = _seen_from_outside(known[function])
            if seen_as.get(function) != seen:
                seen_as[function] = seen
                changed.add(function)
                again = True
    return changed


def _seen_from_outside(found: Findings) -> Hashable:
    return (
        found.touches,
        found.awaits,
        found.makes,
        found.plain,
        found.factory,
        found.gives is not None,
        frozenset(found.origins),
        frozenset(found.function.given),
        frozenset(found.attributes),
        bool(found.mutates),
    )


def examine(
    function: Function, index: ProjectIndex, known: dict[Function, Findings], sessions: SharedSessions
) -> Findings:
    """Return what is found in a function. The order matters: uses are judged when all clients are known."""
    seen = Examination(function, index, known, sessions)
    seen.positions.is_harmless = lambda manager: is_harmless_manager(seen, manager)
    read_params(seen)
    read_makers(seen)
    read_module_names(seen)
    read_attributes(seen)
    find_runs(seen)
    read_calls(seen)
    find_overrides(seen)
    judged: set[str] = set()
    while pending := [name for name in seen.found.sources if name not in judged]:
        for name in pending:  # an assignment may add another one
            judge_uses(seen, name, seen.found.sources[name])
        judged.update(pending)
    read_app_fixture(seen)
    judge_function(seen)
    return seen.found
