"""Judges each use of a client, its requests among them: it is known to be safe, or it is a doubt."""

from collections.abc import Iterator
from dataclasses import replace

from .calls import call_helper, callee
from .clients import STATE, VERBS, ClientSource
from .examination import Examination
from .modules import Function
from .reasons import Note
from .response_checks import is_checked
from .syntax import Node, Tree, cst, full_name, text_of

BODYLESS = ("delete", "get", "head", "options")
BODY = ("json", "data", "content", "files")


def judge_request(seen: Examination, call: Node, verb: str, source: ClientSource) -> None:
    """Note a request, and what has to change when it is async."""
    found = seen.found
    found.requests.append(call)
    seen.positions.check_await(call, found.doubts, requests=source.raises)
    keywords = {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}
    if verb in BODYLESS and set(keywords) & set(BODY):
        found.as_request.append(call)
        around = (each for each, _ in seen.tree.above(call, seen.function.node))
        if any(isinstance(each, cst.FormattedString) for each in around):
            seen.doubt("names", call, "its quotes would end the f-string")
    if "allow_redirects" in keywords:
        found.old_options.append(keywords["allow_redirects"])
    checked = is_checked(call, seen.function, seen.tree)
    if source.raises and not checked and isinstance(seen.tree.parent(call), cst.Expr):
        found.notes.append(Note("responses", call))
    if checked or not source.follows or {"allow_redirects", "follow_redirects"} & {*keywords}:
        return
    if any(arg.star == "**" for arg in call.args):
        seen.doubt("redirects", call)
    found.follows.append(call)


def judge_argument(seen: Examination, arg: Node) -> None:
    """Judge a client that is passed to a function."""
    call = seen.tree.parent(arg)
    helper = callee(seen, call)
    name = _param_of(arg, call, helper) if helper is not None else None
    if helper is None or name is None or helper.kind != "helper" or arg.star:
        seen.doubt("arguments", arg, text_of(call.func))
        return
    helper.given.add(name)
    seen.found.called.add(helper)
    if helper.is_async:
        seen.doubt("helpers", arg, f"{helper.name} is async already")
    call_helper(seen, call, helper)


def _param_of(arg: Node, call: Node, helper: Function) -> str | None:
    names = [each.name.value for each in helper.params]
    if arg.keyword is not None:
        return arg.keyword.value if arg.keyword.value in names else None
    before = call.args[: [each is arg for each in call.args].index(True)]
    if any(each.star for each in before):
        return None
    position = len(before)
    if helper.owner is not None and not helper.decorator("staticmethod"):
        position += 1
    positional = [*helper.node.params.posonly_params, *helper.node.params.params]
    return positional[position].name.value if position < len(positional) else None


def judge_uses(seen: Examination, name: str, source: ClientSource) -> None:
    if not name or name.startswith("<"):
        return
    for node in _uses(seen, name, source):
        _judge_use(seen, node, source)
    if name in seen.positions.rebound(name, source):
        seen.doubt("names", seen.function.node, name)


def _uses(seen: Examination, name: str, source: ClientSource) -> Iterator[Node]:
    if name.startswith("self."):
        for each in seen.all.attributes:
            own = full_name(each) in (name, name.replace("self.", "cls."))
            if own and not _is_target(seen.tree, each):
                yield each
        return
    yield from seen.positions.uses(name, source.scope)


def _is_target(tree: Tree, node: Node) -> bool:
    child, parent = node, tree.parent(node)
    while isinstance(parent, cst.Element | cst.Tuple | cst.List):
        child, parent = parent, tree.parent(parent)
    return isinstance(parent, cst.AssignTarget | cst.AnnAssign) and parent.target is child


def _judge_use(seen: Examination, node: Node, source: ClientSource) -> None:
    if source.kind not in ("parameter", "attribute", "alias"):
        seen.found.renames.append((node, source))
    if source.is_async:
        _judge_async_use(seen, node, source)
        return
    parent = seen.tree.parent(node)
    if isinstance(parent, cst.Attribute) and parent.value is node:
        judge_attribute(seen, parent, source)
    elif isinstance(parent, cst.Arg) and isinstance(seen.tree.parent(parent), cst.Call):
        judge_argument(seen, parent)
    elif isinstance(parent, cst.Return | cst.Yield):
        _judge_given(seen, parent, source)
    elif isinstance(parent, cst.Element) and _is_given_in_tuple(seen, parent):
        _judge_given(seen, seen.tree.parent(seen.tree.parent(parent)), source)
    elif not assign(seen, node, source):
        seen.doubt("stored", node, text_of(seen.tree.statement(node)).strip().partition("\n")[0])


def assign(seen: Examination, node: Node, source: ClientSource) -> bool:
    """Follow a client into the names and attributes that it is assigned to. Tell whether all of them are known."""
    targets = seen.assigned_to(node)
    for target in targets:
        own = seen.own_attribute(target)
        name = f"self.{own}" if own is not None else full_name(target)
        if name is None or (own is None and (not isinstance(target, cst.Name) or name in seen.found.sources)):
            return False
        kind = "alias" if own is None else "attribute"
        held = replace(source, kind=kind, fixture=None, scope=seen.binder(target))
        if own is not None:
            seen.found.attributes.add(own)
            seen.found.sources.setdefault(name, held)
        else:
            seen.found.sources[name] = held
        if isinstance(annotated := seen.tree.parent(target), cst.AnnAssign):
            seen.found.annotations.append(annotated.annotation)
    return bool(targets)


def _is_given_in_tuple(seen: Examination, element: Node) -> bool:
    around = seen.tree.parent(element)
    if seen.function.kind != "fixture" or not isinstance(seen.tree.parent(around), cst.Return | cst.Yield):
        return False
    seen.found.gives_at = [each is element for each in around.elements].index(True)
    return True


def _judge_async_use(seen: Examination, node: Node, source: ClientSource) -> None:
    parent = seen.tree.parent(node)
    if isinstance(parent, cst.Attribute):
        if parent.attr.value in VERBS and source.raises:
            seen.positions.check_surroundings(parent, seen.found.doubts)
        if parent.attr.value in ("aclose", "__aenter__", "_transport", "base_url"):
            seen.doubt("constructor", node, parent.attr.value)
    elif isinstance(parent, cst.Return | cst.Yield):
        _judge_given(seen, parent, source)
    elif isinstance(parent, cst.WithItem):
        seen.doubt("clients", node, "it is entered twice")


def judge_attribute(seen: Examination, attribute: Node, source: ClientSource) -> None:
    """Judge an attribute of a client."""
    name = attribute.attr.value
    call = seen.tree.parent(attribute)
    called = isinstance(call, cst.Call) and call.func is attribute
    if name in VERBS and called:
        judge_request(seen, call, name, source)
    elif name in STATE:
        seen.found.mutates.add(source.origin)
    elif name == "app":
        seen.found.apps.append(attribute)
    elif name == "close" and called and isinstance(seen.tree.parent(call), cst.Expr):
        _drop(seen, call)
    elif name == "websocket_connect":
        seen.doubt("websockets", attribute)
    elif name == "stream":
        seen.doubt("streams", attribute)
    elif name in VERBS:
        code = text_of(seen.function.node).lower()
        thread = any(word in code for word in ("thread", "executor", "pool"))
        passed = isinstance(call, cst.Arg)
        seen.doubt("threads" if thread else "arguments" if passed else "stored", attribute, text_of(attribute))
    else:
        seen.doubt("attributes", attribute, text_of(attribute))


def _drop(seen: Examination, call: Node) -> None:
    line = seen.tree.statement(call)
    if len(line.body) > 1 or not isinstance(seen.tree.parent(line), cst.IndentedBlock):
        seen.doubt("one-line", call)
    seen.found.dropped.append(line)


def _judge_given(seen: Examination, statement: Node, source: ClientSource) -> None:
    manager = seen.function.decorator("contextlib.contextmanager")
    nested = seen.is_nested(statement)
    if seen.function.kind == "fixture" and seen.found.gives in (None, source) and not nested:
        seen.found.gives = source
    elif not (manager and isinstance(statement, cst.Yield)):
        seen.doubt("stored", statement, "it is returned")
