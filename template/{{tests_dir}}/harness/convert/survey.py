"""Surveys all files: each function is looked at until nothing new is known of those it calls."""

from collections.abc import Hashable, Iterable, Iterator

from .apps import app_of
from .clients import read_made
from .examine import Examination
from .findings import Findings
from .modules import Module
from .syntax import Node, cst, walk
from .units import Unit
from .world import World

OVERRIDES = "dependency_overrides"
LIBRARIES = ("estClient", "testclient", "httpx", "httpx2", "AsyncClient")


def survey(world: World) -> dict[Unit, Findings]:
    """Return what is found in each function of `world`."""
    _find_apps(world)
    known: dict[Unit, Findings] = {}
    seen_as: dict[Unit, Hashable] = {}
    tests = [each for each in world.units() if each.kind == "test"]
    others = [each for each in world.units() if each.kind != "test"]
    _examine_until_stable(others, world, known, seen_as)
    pending = tests
    while pending:
        for unit in pending:
            known[unit] = Examination(unit, world, known).run()
        changed = _examine_until_stable(others, world, known, seen_as)
        pending = [unit for unit in tests if known[unit].called & changed]
    return known


def _find_apps(world: World) -> None:
    # Each client that is made names an app, and how many apps there are decides which is meant.
    for module in world.modules:
        if not module.overrides and not any(
            name.endswith(LIBRARIES) for name in module.imports.values()
        ):
            continue
        units = {id(unit.node): unit for unit in module.units}
        for node in walk(module.tree.module):
            overrides = isinstance(node, cst.Attribute) and node.attr.value == OVERRIDES
            if overrides or isinstance(node, cst.Call):
                above = (units.get(id(each)) for each, _ in _all_above(node, module))
                unit = next(filter(None, above), None)
                if overrides and (app := app_of(world, node.value, unit, module)) is not None:
                    world.apps.add(app)
                elif not overrides:
                    read_made(node, module, unit, world)


def _all_above(node: Node, module: Module) -> Iterator[tuple[Node, Node]]:
    return module.tree.above(node, module.tree.module)


def _examine_until_stable(
    units: Iterable[Unit],
    world: World,
    known: dict[Unit, Findings],
    seen_as: dict[Unit, Hashable],
) -> set[Unit]:
    changed: set[Unit] = set()
    again = True
    while again:
        again = False
        for unit in units:
            known[unit] = Examination(unit, world, known).run()
            seen = _outside_of(known[unit])
            if seen_as.get(unit) != seen:
                seen_as[unit] = seen
                changed.add(unit)
                again = True
    return changed


def _outside_of(found: Findings) -> Hashable:
    return (
        found.touches,
        found.awaits,
        found.makes,
        found.plain,
        found.factory,
        found.gives is not None,
        frozenset(found.origins),
        frozenset(found.unit.given),
        frozenset(found.attributes),
        bool(found.mutates),
    )
