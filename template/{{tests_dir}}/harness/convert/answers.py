"""Answers: whether a test would notice a redirect that is not followed, or a 500."""

from .syntax import Node, Tree, cst, walk
from .units import Unit

REDIRECTS = range(300, 400)
NAMED_REDIRECTS = ("_300_", "_301_", "_302_", "_303_", "_304_", "_307_", "_308_")


def is_looked_at(call: Node, unit: Unit, tree: Tree) -> bool:
    """Say whether the test goes red when the answer to `call` is a redirect or a 500.

    It does when it compares the status by `==` or `in`, reads the body as JSON, or raises for the
    status: a redirect has no body, and an error of the app another status.
    """
    parent = tree.parent(call)
    if isinstance(parent, cst.Attribute) and parent.value is call:
        return _tells(parent, unit, tree)
    name = _assigned_name(call, parent)
    return name is not None and any(_tells(use, unit, tree) for use in _uses_of(name, call, unit))


def _assigned_name(call: Node, parent: Node) -> str | None:
    if isinstance(parent, cst.Assign) and parent.value is call and len(parent.targets) == 1:
        target = parent.targets[0].target
    elif isinstance(parent, cst.AnnAssign | cst.NamedExpr) and parent.value is call:
        target = parent.target
    else:
        return None
    return str(target.value) if isinstance(target, cst.Name) else None


def _uses_of(name: str, call: Node, unit: Unit) -> list[Node]:
    # In the order of the source, from this assignment to the next one of the same name.
    found: list[Node] = []
    seen = False
    for node in walk(unit.node.body):
        if node is call:
            seen = True
        if not seen:
            continue
        if isinstance(node, cst.AssignTarget) and getattr(node.target, "value", None) == name:
            break
        if isinstance(node, cst.Attribute) and getattr(node.value, "value", None) == name:
            found.append(node)
    return found


def _tells(attribute: Node, unit: Unit, tree: Tree) -> bool:
    name = attribute.attr.value
    if name in ("json", "raise_for_status"):
        return isinstance(tree.parent(attribute), cst.Call)
    if name == "is_success":
        return not isinstance(tree.parent(attribute), cst.UnaryOperation)
    return name == "status_code" and _is_pinned(attribute, unit, tree)


def _is_pinned(status: Node, unit: Unit, tree: Tree) -> bool:
    for parent, _ in tree.above(status, unit.node):
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
