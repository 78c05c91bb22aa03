"""Classes: one with tests of both kinds is split, for the policy has one kind a class."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from .edits import Edits
from .modules import Module
from .plan import Plan
from .reasons import Doubt
from .syntax import Node, cst, full_name, walk
from .units import Unit

SUFFIX = "Async"


@dataclass
class Split:
    """A class of which some members go to a class of their own."""

    module: Module
    owner: Node
    going: list[Node]
    shared: list[Node]

    @property
    def name(self) -> str:
        """Return the name of the other class."""
        return f"{self.owner.name.value}{SUFFIX}"


def splits_of(plan: Plan) -> Iterator[Split]:
    """Yield each class that has both tests that are converted and sync ones that stay."""
    units = [unit for unit in plan.converting if unit.kind == "test" and unit.owner is not None]
    units.sort(key=lambda unit: (unit.module.shown, id(unit.owner)))
    for _, group in groupby(units, key=lambda unit: id(unit.owner)):
        first = next(group)
        module, owner = first.module, first.owner
        methods = [each for each in module.units if each.owner is owner]
        going = {id(each.node) for each in methods if _goes(each, plan)}
        staying = [each for each in methods if _stays_sync(each, plan)]
        if going and staying:
            yield _split(module, owner, going)


def _goes(unit: Unit, plan: Plan) -> bool:
    found = plan.known[unit]
    return unit.kind == "test" and unit in plan.converting and bool(found.sources)


def _stays_sync(unit: Unit, plan: Plan) -> bool:
    sources = plan.known[unit].sources.values()
    return (
        unit.kind == "test"
        and unit not in plan.converting
        and any(not source.is_async for source in sources)
    )


def _split(module: Module, owner: Node, going: set[int]) -> Split:
    members = {name: each for each in owner.body.body for name in _names_of(each)}
    tests = [each for each in owner.body.body if _is_test(each)]
    mine = _needed([each for each in tests if id(each) in going], members)
    theirs = _needed([each for each in tests if id(each) not in going], members)
    every_test = {id(each) for each in tests}
    autouse = [each for each in owner.body.body if "autouse=True" in _decorators(each)]
    shared = [each for each in mine if id(each) in {id(other) for other in theirs}]
    shared = [each for each in [*shared, *autouse] if id(each) not in every_test]
    kept = {id(each) for each in mine} | going
    return Split(module, owner, [each for each in owner.body.body if id(each) in kept], shared)


def _decorators(member: Node) -> str:
    found = getattr(member, "decorators", ())
    return "".join(cst.Module([]).code_for_node(each) for each in found)


def _is_test(member: Node) -> bool:
    return isinstance(member, cst.FunctionDef) and member.name.value.startswith("test")


def _names_of(member: Node) -> Iterator[str]:
    if isinstance(member, cst.FunctionDef | cst.ClassDef):
        yield member.name.value
    elif isinstance(member, cst.SimpleStatementLine):
        for small in member.body:
            for target in getattr(small, "targets", ()):
                yield full_name(target.target) or ""
            if isinstance(small, cst.AnnAssign):
                yield full_name(small.target) or ""


def _needed(members: list[Node], named: dict[str, Node]) -> list[Node]:
    found: list[Node] = []
    todo = list(members)
    while todo:
        member = todo.pop()
        for node in walk(member):
            if isinstance(node, cst.Name) and node.value in named:
                need = named[node.value]
                if need is not member and all(need is not each for each in [*found, *members]):
                    found.append(need)
                    todo.append(need)
    return found


def refused_by_split(plan: Plan) -> list[tuple[Unit, Doubt]]:
    """Return the tests that would have to leave their class, and cannot."""
    refused = []
    for split in splits_of(plan):
        taken = split.name in split.module.classes
        if not (split.shared or split.owner.bases or taken):
            continue
        detail = f"there is a class {split.name}" if taken else ""
        going = {id(each) for each in split.going}
        refused += [
            (unit, Doubt("split", unit.node, detail))
            for unit in split.module.units
            if id(unit.node) in going and unit.kind == "test"
        ]
    return refused


def edit_splits(plan: Plan, module: Module, edits: Edits) -> list[Node]:
    """Move what is converted out of the classes of a file that hold both kinds; return those."""
    found = [split for split in splits_of(plan) if split.module is module]
    for split in found:
        edits.moved |= {id(member) for member in split.going}
        edits.after[id(split.owner)].append(partial(_new_class, split, edits))
    return [split.owner for split in found]


def _new_class(split: Split, edits: Edits) -> Node:
    members = [edits.collected[id(each)] for each in split.going]
    first = members[0]
    lines = list(first.leading_lines)
    while lines and lines[0].comment is None:
        lines.pop(0)
    members[0] = first.with_changes(leading_lines=lines)
    owner = split.owner
    return owner.with_changes(
        name=cst.Name(split.name),
        body=owner.body.with_changes(body=members, footer=[]),
        leading_lines=[cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)],
    )
