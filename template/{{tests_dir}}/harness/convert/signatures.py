"""Signatures: `async def`, the parameters, their annotations, and the decorators."""

from functools import partial

from .clients import ASYNC, CLIENT, SYNC
from .edits import Change, Edits
from .plan import Plan
from .syntax import Node, cst, walk
from .units import Unit, yields

SET_UP = "set_up"
AWAITED = {
    "Generator": "AsyncGenerator",
    "Iterator": "AsyncIterator",
    "Iterable": "AsyncIterator",
}


def edit_signature(unit: Unit, plan: Plan, edits: Edits) -> None:
    """Add the edits of a function's first lines."""
    found = plan.known[unit]
    renamed = _renamed_params(unit, plan)
    changes = edits.changes[id(unit.node)]
    if found.awaits or found.sources or plan.needs_client(unit):
        changes.append(_make_async)
    _edit_params(unit, plan, renamed, edits)
    if found.gives is not None or (unit.kind == "fixture" and yields(unit.node)):
        _edit_returns(unit, plan, edits)
    gone = {*found.loop_params, *(["method"] if unit.kind == "set-up" else [])}
    if gone & {each.name.value for each in unit.params}:
        changes.append(partial(_without, names=gone))
    changes.extend(partial(_with_param, name=name) for name in _added_params(unit, plan, renamed))
    if unit.kind == "set-up":
        _edit_set_up(unit, edits)
    if unit in plan.twins:
        changes.append(_renaming(unit, plan))
    if unit.decorator("contextlib.contextmanager"):
        changes.append(_as_async_manager)


def _edit_params(unit: Unit, plan: Plan, renamed: dict[str, str], edits: Edits) -> None:
    for param in unit.params:
        name = param.name.value
        if name in renamed:
            edits.changes[id(param.name)].append(partial(_named, name=renamed[name]))
        source = plan.known[unit].sources.get(name)
        if source is not None and not source.is_async and param.annotation is not None:
            _edit_annotation(unit, param.annotation, edits)


def _edit_set_up(unit: Unit, edits: Edits) -> None:
    edits.changes[id(unit.node)].append(_as_fixture)
    for node in walk(unit.node.body):
        if isinstance(node, cst.Name) and node.value == "cls":
            edits.changes[id(node)].append(partial(_named, name="self"))


def _named(_: Node, name: str) -> Node:
    return cst.Name(name)


def _renamed_params(unit: Unit, plan: Plan) -> dict[str, str]:
    found = plan.known[unit]
    renamed = {}
    for name, source in found.sources.items():
        if source.kind == "harness":
            renamed[name] = CLIENT
    for name, fixture in found.fixtures.items():
        if fixture in plan.twins:
            renamed[name] = plan.new_name(fixture)
    return renamed


def _added_params(unit: Unit, plan: Plan, renamed: dict[str, str]) -> list[str]:
    found = plan.known[unit]
    names = {each.name.value for each in unit.params}
    present = {renamed.get(name, name) for name in names}
    wanted = [CLIENT] if plan.needs_client(unit) else []
    if found.apps and unit.kind != "helper":
        wanted.append("app")
    # The first one added comes last, for each goes to the front.
    return [name for name in reversed(wanted) if name not in present]


def _make_async(updated: Node) -> Node:
    return updated.with_changes(asynchronous=cst.Asynchronous())


def _edit_annotation(unit: Unit, annotation: Node, edits: Edits) -> None:
    for node in walk(annotation):
        if isinstance(node, cst.Name | cst.Attribute) and unit.module.dotted(node) in SYNC:
            edits.changes[id(node)].append(lambda _: cst.Name("AsyncClient"))
            return
        if isinstance(node, cst.SimpleString) and "TestClient" in node.value:
            edits.changes[id(node)].append(
                lambda updated: updated.with_changes(
                    value=updated.value.replace("TestClient", "AsyncClient")
                )
            )
            return


def _edit_returns(unit: Unit, plan: Plan, edits: Edits) -> None:
    found = plan.known[unit]
    returns = unit.node.returns
    if returns is None:
        return
    if found.gives is not None and not found.gives.is_async:
        _edit_annotation(unit, returns, edits)
    generic = returns.annotation
    if unit.is_async or not (found.awaits or found.sources) or not yields(unit.node):
        return
    if isinstance(generic, cst.Subscript):
        base = generic.value
        last = base.attr if isinstance(base, cst.Attribute) else base
        if last.value in AWAITED:
            edits.changes[id(last)].append(lambda node: cst.Name(AWAITED[node.value]))
        if last.value == "Generator" and len(generic.slice) > 2:
            edits.changes[id(generic)].append(_two_of_three)


def _two_of_three(updated: Node) -> Node:
    kept = [updated.slice[0], updated.slice[1].with_changes(comma=cst.MaybeSentinel.DEFAULT)]
    return updated.with_changes(slice=kept)


def _without(updated: Node, names: set[str]) -> Node:
    every = updated.params
    kept = [each for each in every.params if each.name.value not in names]
    if kept and kept[-1] is not every.params[-1]:
        kept[-1] = kept[-1].with_changes(comma=every.params[-1].comma)
    if len(kept) < len(every.params):
        updated = updated.with_changes(params=every.with_changes(params=kept))
    return updated


def _with_param(updated: Node, name: str) -> Node:
    every = updated.params
    # The app comes after the client, and both after `self`.
    ahead = ("self", "cls", CLIENT) if name == "app" else ("self", "cls")
    first = [each for each in every.params[:2] if each.name.value in ahead]
    rest = list(every.params[len(first) :])
    new = cst.Param(cst.Name(name))
    # Laid out as the others are: on a line of its own, or beside them.
    model = every.params[0].comma if len(every.params) > 1 else None
    comma = model if isinstance(model, cst.Comma) else _comma()
    if rest or every.kwonly_params or every.star_kwarg or every.posonly_params:
        new = new.with_changes(comma=comma)
    if first and not isinstance(first[-1].comma, cst.Comma):
        first[-1] = first[-1].with_changes(comma=_comma())
    return updated.with_changes(params=every.with_changes(params=[*first, new, *rest]))


def _comma() -> Node:
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def set_up_fixture(name: str, leading_lines: list[Node]) -> Node:
    """Return the fixture that gives the tests of a class their client, as an attribute."""
    made = cst.parse_statement(
        f"@pytest.fixture(autouse=True)\nasync def {SET_UP}(self, {CLIENT}):\n"
        f"    self.{name} = {CLIENT}\n"
    )
    return made.with_changes(leading_lines=leading_lines)


def _as_fixture(updated: Node) -> Node:
    decorator = cst.Decorator(cst.parse_expression("pytest.fixture(autouse=True)"))
    params = updated.params
    if params.params and params.params[0].name.value == "cls":
        first = params.params[0].with_changes(name=cst.Name("self"))
        params = params.with_changes(params=[first, *params.params[1:]])
    return updated.with_changes(name=cst.Name(SET_UP), decorators=[decorator], params=params)


def _renaming(unit: Unit, plan: Plan) -> Change:
    name = plan.new_name(unit)

    def change(updated: Node) -> Node:
        if unit.kind != "fixture" or unit.name == name.removesuffix("_async"):
            return updated.with_changes(name=cst.Name(name))
        return updated

    return change


def _as_async_manager(updated: Node) -> Node:
    made = []
    for each in updated.decorators:
        name = each.decorator
        last = name.attr if isinstance(name, cst.Attribute) else name
        if getattr(last, "value", "") == "contextmanager":
            new = cst.Name("asynccontextmanager")
            name = name.with_changes(attr=new) if isinstance(name, cst.Attribute) else new
        made.append(each.with_changes(decorator=name))
    return updated.with_changes(decorators=made)


__all__ = ["ASYNC", "SET_UP", "edit_signature"]
