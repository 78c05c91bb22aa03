"""Tells whether a test would fail if a response were a redirect or a 500."""

from .modules import Function
from .syntax import Node, Tree, cst, walk

REDIRECTS = range(300, 400)
NAMED_REDIRECTS = ("_300_", "_301_", "_302_", "_303_", "_304_", "_307_", "_308_")


def is_checked(call: Node, function: Function, tree: Tree) -> bool:
    """Tell whether the test fails if the response to `call` is a redirect or a 500.

    It does if it compares the status by `==` or `in`, reads the body as JSON, or raises for the status: a redirect has
    no body, and an exception of the app has another status. The async client does not follow redirects and does not
    raise, so a test without such a check could pass for a wrong reason.
    """
    parent = tree.parent(call)
    if isinstance(parent, cst.Attribute) and parent.value is call:
        return _checks(parent, function, tree)
    target = _target(call, parent)
    return target is not None and any(_checks(use, function, tree) for use in _uses_of(target, call, function))


def _target(call: Node, parent: Node) -> Node | None:
    if isinstance(parent, cst.Assign) and parent.value is call and len(parent.targets) == 1:
        target = parent.targets[0].target
    elif isinstance(parent, cst.AnnAssign | cst.NamedExpr) and parent.value is call:
        target = parent.target
    else:
        return None
    return target if isinstance(target, cst.Name) else None


def _uses_of(target: Node, call: Node, function: Function) -> list[Node]:
    # From this assignment to the next one of the same variable.
    scope = function.scopes.binder(target)

    def is_same(node: Node) -> bool:
        is_named = isinstance(node, cst.Name) and node.value == target.value
        return is_named and function.scopes.binder(node) is scope

    found: list[Node] = []
    seen = False
    for node in walk(function.node.body):
        if node is call:
            seen = True
        if not seen:
            continue
        if isinstance(node, cst.AssignTarget) and is_same(node.target):
            break
        if isinstance(node, cst.Attribute) and is_same(node.value):
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
