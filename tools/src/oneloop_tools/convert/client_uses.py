"""Judges each use of a client: it is known to be safe, or it is a doubt."""

from collections.abc import Iterator

from .client_requests import judge_argument, judge_request
from .clients import STATE, VERBS, ClientSource
from .examination import Examination
from .syntax import Node, cst, full_name, text_of


def judge_uses(seen: Examination, name: str, source: ClientSource) -> None:
    if not name or name.startswith("<"):
        return
    for node in _uses(seen, name):
        _judge_use(seen, node, source)
    if name in seen.positions.rebound(name, source):
        seen.doubt("names", seen.function.node, name)


def _uses(seen: Examination, name: str) -> Iterator[Node]:
    if name.startswith("self."):
        for each in seen.all.attributes:
            own = full_name(each) in (name, name.replace("self.", "cls."))
            if own and not isinstance(seen.tree.parent(each), cst.AssignTarget):
                yield each
        return
    yield from seen.positions.variables(name)


def _judge_use(seen: Examination, node: Node, source: ClientSource) -> None:
    if source.kind not in ("parameter", "attribute"):
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
    elif isinstance(parent, cst.Assign) and parent.value is node:
        target = parent.targets[0].target
        own = seen.own_attribute(target)
        if own is not None and len(parent.targets) == 1:
            seen.found.attributes.add(own)
            seen.found.sources.setdefault(
                f"self.{own}",
                ClientSource("attribute", source.origin, False, source.raises, source.follows),
            )
        else:
            seen.doubt("names", node, text_of(parent))
    else:
        seen.doubt("arguments", node)


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
        seen.doubt("threads" if thread else "arguments", attribute, text_of(attribute))
    else:
        seen.doubt("arguments", attribute, text_of(attribute))


def _drop(seen: Examination, call: Node) -> None:
    line = seen.tree.statement(call)
    if len(line.body) > 1 or not isinstance(seen.tree.parent(line), cst.IndentedBlock):
        seen.doubt("one-line", call)
    seen.found.dropped.append(line)


def _judge_given(seen: Examination, statement: Node, source: ClientSource) -> None:
    manager = seen.function.decorator("contextlib.contextmanager")
    if seen.function.kind == "fixture" and seen.found.gives in (None, source):
        seen.found.gives = source
    elif not (manager and isinstance(statement, cst.Yield)):
        seen.doubt("arguments", statement, "it is returned")
