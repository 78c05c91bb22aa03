"""Judges each use of a client, its requests among them: it is known to be safe, or it is a doubt."""

from collections.abc import Iterator

from .calls import call_helper, callee
from .clients import STATE, VERBS, ClientSource
from .examination import Examination
from .modules import Function
from .reasons import Note
from .syntax import Node, Tree, cst, full_name, text_of, walk

REDIRECTS = range(300, 400)
NAMED_REDIRECTS = ("_300_", "_301_", "_302_", "_303_", "_304_", "_307_", "_308_")
BODYLESS = ("delete", "get", "head", "options")
BODY = ("json", "data", "content", "files")


def is_checked(call: Node, function: Function, tree: Tree) -> bool:
    """Tell whether the test fails if the response to `call` is a redirect or a 500.

    It does if it compares the status by `==` or `in`, reads the body as JSON, or raises for the status: a redirect has
    no body, and an exception of the app has another status. The async client does not follow redirects and does not
    raise, so a test without such a check could pass for a wrong reason.
    """
    parent = tree.parent(call)
    if isinstance(parent, cst.Attribute) and parent.value is call:
        return _checks(parent, function, tree)
    name = _assigned_name(call, parent)
    return name is not None and any(_checks(use, function, tree) for use in _uses_of(name, call, function))


def _assigned_name(call: Node, parent: Node) -> str | None:
    if isinstance(parent, cst.Assign) and parent.value is call and len(parent.targets) == 1:
        target = parent.targets[0].target
    elif isinstance(parent, cst.AnnAssign | cst.NamedExpr) and parent.value is call:
        target = parent.target
    else:
        return None
    return str(target.value) if isinstance(target, cst.Name) else None


def _uses_of(name: str, call: Node, function: Function) -> list[Node]:
    # From this assignment to the next one of the same name.
    found: list[Node] = []
    seen = False
    for node in walk(function.node.body):
        if node is call:
            seen = True
        if not seen:
            continue
        if isinstance(node, cst.AssignTarget) and getattr(node.target, "value", None) == name:
            break
        if isinstance(node, cst.Attribute) and getattr(node.value, "value", None) == name:
            found.append(node)
    return found


def _checks(attribute: Node, function: Function, tree: Tree) -> bool:
    name = attribute.attr.value
    if name in ("json", "raise_for_status"):
        return isinstance(tree.parent(attribute), cst.Call)
    if name == "is_success":
        return not isinstance(tree.parent(attribute), cst.UnaryOperation)
    return name == "status_code" and _is_pinned(attribute, function, tree)


def _is_pinned(status: Node, function: Function, tree: Tree) -> bool:
    for parent, _ in tree.above(status, function.node):
        if isinstance(parent, cst.Comparison):
            return all(_pins(each) for each in parent.comparisons)
        if isinstance(parent, cst.BaseSmallStatement | cst.BaseCompoundStatement):
            return False
    return False


def _pins(target: Node) -> bool:
    if not isinstance(target.operator, cst.Equal | cst.In):
        return False
    for node in walk(target.comparator):
        if isinstance(node, cst.Integer) and node.evaluated_value in REDIRECTS:
            return False
        if isinstance(node, cst.Name) and any(each in node.value for each in NAMED_REDIRECTS):
            return False
    return True


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
                f"self.{own}", ClientSource("attribute", source.origin, False, source.raises, source.follows)
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
