"""The plan: which functions are converted, copied, left and kept, and which classes are split.

A class that has tests of both kinds is split: the client policy allows one kind in a class.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from .edits import Edits
from .findings import Findings
from .index import ProjectIndex, fixture_name
from .modules import Function, Module
from .reasons import Doubt, Note
from .syntax import Node, cst, full_name, walk

COPY_SUFFIX = "_async"
SUFFIX = "Async"


@dataclass
class Plan:
    index: ProjectIndex
    known: dict[Function, Findings]
    converting: set[Function] = field(default_factory=set)
    copies: set[Function] = field(default_factory=set)
    left: dict[Function, Doubt] = field(default_factory=dict)
    kept: set[Function] = field(default_factory=set)

    existing: set[Function] = field(default_factory=set)  # whose async copy exists already

    def needs_client(self, function: Function, seen: tuple[Function, ...] = ()) -> bool:
        """Tell whether a function needs a client as an additional parameter."""
        found = self.known[function]
        return found.needs_client or any(
            self.needs_client(helper, (*seen, function)) for _, helper in found.helper_calls if helper not in seen
        )

    def new_name(self, function: Function) -> str:
        """Return the name under which converted tests use a helper or a fixture."""
        name = fixture_name(function) if function.kind == "fixture" else function.name
        return f"{name}{COPY_SUFFIX}" if function in self.copies else name


@dataclass
class Split:
    """A class of which some members move to a class of their own."""

    module: Module
    owner: Node
    going: list[Node]
    shared: list[Node]

    @property
    def name(self) -> str:
        return f"{self.owner.name.value}{SUFFIX}"


def splits_of(plan: Plan) -> Iterator[Split]:
    """Yield each class that has both converted tests and sync tests that stay."""
    functions = [function for function in plan.converting if function.kind == "test" and function.owner is not None]
    functions.sort(key=lambda function: (function.module.shown, id(function.owner)))
    for _, group in groupby(functions, key=lambda function: id(function.owner)):
        first = next(group)
        module, owner = first.module, first.owner
        methods = [each for each in module.functions if each.owner is owner]
        going = {id(each.node) for each in methods if _goes(each, plan)}
        staying = [each for each in methods if _stays_sync(each, plan)]
        if going and staying:
            left = going | {id(each.node) for each in staying}
            neutral = [each.node for each in methods if each.kind == "test" and id(each.node) not in left]
            yield _split(module, owner, going, neutral)


def _goes(function: Function, plan: Plan) -> bool:
    found = plan.known[function]
    return function.kind == "test" and function in plan.converting and bool(found.sources)


def _stays_sync(function: Function, plan: Plan) -> bool:
    sources = plan.known[function].sources.values()
    return (
        function.kind == "test" and function not in plan.converting and any(not source.is_async for source in sources)
    )


def _split(module: Module, owner: Node, going: set[int], neutral: list[Node]) -> Split:
    """Divide the members. A test without a client is in the class of the members that it needs."""
    members = {name: each for each in owner.body.body for name in _names_of(each)}
    tests = [each for each in owner.body.body if _is_test(each)]
    needed = {id(each) for each in _needed([each for each in tests if id(each) in going], members)}
    going = going | {id(each) for each in neutral if any(id(need) in needed for need in _needed([each], members))}
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
    named = isinstance(member, cst.FunctionDef) and member.name.value.startswith("test")
    return named and "fixture" not in _decorators(member)  # a fixture may be called test_user


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


def refused_by_split(plan: Plan) -> list[tuple[Function, Doubt]]:
    """Return the tests that would have to move to another class, and cannot."""
    refused = []
    for split in splits_of(plan):
        taken = split.name in split.module.classes
        if not (split.shared or split.owner.bases or taken):
            continue
        detail = f"there is a class {split.name}" if taken else ""
        going = {id(each) for each in split.going}
        refused += [
            (function, Doubt("split", function.node, detail))
            for function in split.module.functions
            if id(function.node) in going and function.kind == "test"
        ]
    return refused


def edit_splits(plan: Plan, module: Module, edits: Edits) -> Iterator[Note]:
    """Move the converted tests out of the classes with both kinds, and yield a note for each class and neighbour."""
    for split in [each for each in splits_of(plan) if each.module is module]:
        edits.moved |= {id(member) for member in split.going}
        edits.after[id(split.owner)].append(partial(_new_class, split, edits))
        yield Note("split-class", split.owner)
        for each in module.functions:
            if each.kind == "test" and each not in plan.converting and any(each.node is one for one in split.going):
                yield Note("moved", each.node, split.name)


def _new_class(split: Split, edits: Edits) -> Node:
    members = [edits.collected[id(each)] for each in split.going]
    first = members[0]
    lines = list(first.leading_lines)
    while lines and lines[0].comment is None:
        lines.pop(0)
    members[0] = first.with_changes(leading_lines=lines)
    owner = split.owner
    if docstring := _docstring(owner):
        members[0] = members[0].with_changes(leading_lines=[cst.EmptyLine(indent=False), *lines])
        members.insert(0, docstring)
    return owner.with_changes(
        name=cst.Name(split.name),
        body=owner.body.with_changes(body=members, footer=[]),
        leading_lines=[cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)],
    )


def _docstring(owner: Node) -> Node | None:
    line = owner.body.body[0]
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    is_text = isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString | cst.ConcatenatedString)
    return line if is_text else None
