"""Changes of signatures: `async def`, parameters, annotations, decorators."""

from functools import partial

from .clients import CLIENT, SYNC
from .edits import Change, Edits
from .index import SET_UP_FIXTURE, yields
from .modules import Function
from .plan import Plan
from .syntax import Node, cst, walk

AWAITED = {
    "Generator": "AsyncGenerator",
    "Iterator": "AsyncIterator",
    "Iterable": "AsyncIterator",
}


def edit_signature(function: Function, plan: Plan, edits: Edits) -> None:
    """Add the changes of a function's signature and decorators."""
    found = plan.known[function]
    for annotation in found.annotations:
        _edit_annotation(function, annotation, edits)
    renamed = _renamed_params(function, plan)
    changes = edits.changes[id(function.node)]
    if found.awaits or found.sources or plan.needs_client(function):
        changes.append(make_async)
    _edit_params(function, plan, renamed, edits)
    if found.gives is not None or (function.kind == "fixture" and yields(function.node)):
        _edit_returns(function, plan, edits)
    gone = {*found.loop_params, *(["method"] if function.kind == "set-up" else [])}
    if gone & {each.name.value for each in function.params}:
        changes.append(partial(_without, names=gone))
    changes.extend(partial(_with_param, name=name) for name in _added_params(function, plan, renamed))
    if function.kind == "set-up":
        _edit_set_up(function, edits)
    if function in plan.copies:
        changes.append(_renaming(function, plan))
    if function.decorator("contextlib.contextmanager"):
        changes.append(_as_async_manager)


def _edit_params(function: Function, plan: Plan, renamed: dict[str, str], edits: Edits) -> None:
    for param in function.params:
        name = param.name.value
        if name in renamed:
            edits.changes[id(param.name)].append(partial(_named, name=renamed[name]))
        source = plan.known[function].sources.get(name)
        if source is not None and not source.is_async and param.annotation is not None:
            _edit_annotation(function, param.annotation, edits)


def _edit_set_up(function: Function, edits: Edits) -> None:
    edits.changes[id(function.node)].append(_as_fixture)
    for node in walk(function.node.body):
        if isinstance(node, cst.Name) and node.value == "cls":
            edits.changes[id(node)].append(partial(_named, name="self"))


def _named(_: Node, name: str) -> Node:
    return cst.Name(name)


def _renamed_params(function: Function, plan: Plan) -> dict[str, str]:
    found = plan.known[function]
    renamed = {}
    for name, source in found.sources.items():
        if source.kind == "plugin":
            renamed[name] = CLIENT
    for name, fixture in found.fixtures.items():
        if fixture in plan.copies:
            renamed[name] = plan.new_name(fixture)
    return renamed


def _added_params(function: Function, plan: Plan, renamed: dict[str, str]) -> list[str]:
    found = plan.known[function]
    names = {each.name.value for each in function.params}
    present = {renamed.get(name, name) for name in names}
    wanted = [CLIENT] if plan.needs_client(function) else []
    if found.apps and function.kind != "helper":
        wanted.append("app")
    # Each one is inserted at the front, so the last one comes first.
    return [name for name in reversed(wanted) if name not in present]


def make_async(updated: Node) -> Node:
    return updated.with_changes(asynchronous=cst.Asynchronous())


def _edit_annotation(function: Function, annotation: Node, edits: Edits) -> None:
    for node in walk(annotation):
        if isinstance(node, cst.Name | cst.Attribute) and function.module.dotted(node) in SYNC:
            edits.changes[id(node)].append(lambda _: cst.Name("AsyncClient"))
            return
        if isinstance(node, cst.SimpleString) and "TestClient" in node.value:
            edits.changes[id(node)].append(
                lambda updated: updated.with_changes(value=updated.value.replace("TestClient", "AsyncClient"))
            )
            return


def _edit_returns(function: Function, plan: Plan, edits: Edits) -> None:
    found = plan.known[function]
    returns = function.node.returns
    if returns is None:
        return
    if found.gives is not None and not found.gives.is_async:
        _edit_annotation(function, returns, edits)
    generic = returns.annotation
    if function.is_async or not (found.awaits or found.sources) or not yields(function.node):
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
    # It gets the layout of the others: on a line of its own, or beside them.
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
    """Return a fixture that sets the client as an attribute of a test class."""
    made = cst.parse_statement(
        f"@pytest.fixture(autouse=True)\nasync def {SET_UP_FIXTURE}(self, {CLIENT}):\n    self.{name} = {CLIENT}\n"
    )
    return made.with_changes(leading_lines=leading_lines)


def _as_fixture(updated: Node) -> Node:
    decorator = cst.Decorator(cst.parse_expression("pytest.fixture(autouse=True)"))
    params = updated.params
    if params.params and params.params[0].name.value == "cls":
        first = params.params[0].with_changes(name=cst.Name("self"))
        params = params.with_changes(params=[first, *params.params[1:]])
    return updated.with_changes(name=cst.Name(SET_UP_FIXTURE), decorators=[decorator], params=params)


def _renaming(function: Function, plan: Plan) -> Change:
    name = plan.new_name(function)

    def change(updated: Node) -> Node:
        if function.kind != "fixture" or function.name == name.removesuffix("_async"):
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
