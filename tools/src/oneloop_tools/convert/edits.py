"""The changes of a tree, and the tree that results from them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from .syntax import Node, cst

# mypy: disallow-subclassing-any=False
# `syntax` has LibCST without types.


Change = Callable[[Node], Node]


@dataclass
class Edits:
    """The changes of a tree, by the identity of the node that each one changes."""

    changes: dict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))
    # Statements that are dropped, that are replaced by their body, and that move elsewhere.
    dropped: set[int] = field(default_factory=set)
    spliced: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)
    collected: dict[int, Node] = field(default_factory=dict)  # the moved statements, changed
    before: dict[int, list[Node]] = field(default_factory=lambda: defaultdict(list))
    after: dict[int, list[Callable[[], Node]]] = field(default_factory=lambda: defaultdict(list))

    def __bool__(self) -> bool:
        """Whether anything changes."""
        every = (self.changes, self.before, self.after)
        return bool(self.dropped | self.spliced | self.moved) or any(any(kind.values()) for kind in every)

    def update(self, other: "Edits") -> None:
        """Add the changes of `other`."""
        for key, changes in other.changes.items():
            self.changes[key].extend(changes)
        self.dropped |= other.dropped
        self.spliced |= other.spliced
        self.moved |= other.moved
        for key, nodes in other.before.items():
            self.before[key].extend(nodes)
        for key, made in other.after.items():
            self.after[key].extend(made)

    def apply(self, node: Node, parents: dict[int, Node]) -> Node:
        """Return `node` with the changes. Nodes without a change stay the same objects."""
        keys = {*self.changes, *self.dropped, *self.spliced, *self.moved, *self.before, *self.after}
        touched: set[int] = set()
        for key in keys:
            current = key
            while current not in touched:
                touched.add(current)
                above = parents.get(current)
                if above is None:
                    break
                current = id(above)
        return node.visit(_Editor(self, touched))

    def rebuild(self, original: Node, updated: Node) -> Node:
        """Return a block with its statements dropped, spliced, moved and added."""
        keys = (self.dropped, self.spliced, self.moved, self.before, self.after)
        if not any(id(each) in key for each in original.body for key in keys):
            return updated
        body: list[Node] = []
        carried: list[Node] = []  # comments of dropped statements, for the next one
        blank: list[Node] = []  # and the blank lines above them
        for old, new in zip(original.body, updated.body, strict=True):
            statements, left = self._become(old, new)
            added = [*self.before.get(id(old), ()), *statements]
            if added and (carried or blank):
                lines = list(added[0].leading_lines)
                own = bool(lines) and lines[0].comment is None
                lines = [*([] if own or not body else blank), *carried, *lines]
                added[0] = added[0].with_changes(leading_lines=lines)
                carried, blank = [], []
            if not added:
                blank = blank or [line for line in new.leading_lines[:2] if line.comment is None]
            carried.extend(left)
            body.extend(added)
            body.extend(make() for make in self.after.get(id(old), ()))
        if not body and not isinstance(original, cst.Module):
            body.append(cst.SimpleStatementLine([cst.Pass()]))
        if original.body and body and original.body[0] is not body[0]:
            body[0] = _first_of_block(original.body[0], body[0])
        return updated.with_changes(body=body, footer=[*carried, *updated.footer])

    def _become(self, old: Node, new: Node) -> tuple[list[Node], list[Node]]:
        if id(old) in self.dropped:
            return [], _comments_of(new)
        if id(old) in self.moved:
            self.collected[id(old)] = new
            return [], []
        if id(old) not in self.spliced:
            return [new], []
        inner = list(new.body.body)
        lines = list(new.leading_lines)
        if new.body.header.comment is not None:
            lines.append(cst.EmptyLine(comment=new.body.header.comment))
        inner[0] = inner[0].with_changes(leading_lines=[*lines, *inner[0].leading_lines])
        final = getattr(new, "finalbody", None)
        return inner, [*new.body.footer, *(final.body.footer if final is not None else ())]


class _Editor(cst.CSTTransformer):
    def __init__(self, edits: Edits, touched: set[int]) -> None:
        super().__init__()
        self._edits = edits
        self._touched = touched

    def on_visit(self, node: Node) -> bool:
        return id(node) in self._touched

    def on_leave(self, original_node: Node, updated_node: Node) -> Node:
        if id(original_node) not in self._touched:
            return updated_node
        if isinstance(original_node, cst.IndentedBlock | cst.Module):
            updated_node = self._edits.rebuild(original_node, updated_node)
        for change in self._edits.changes.get(id(original_node), ()):
            updated_node = change(updated_node)
        return updated_node


def _comments_of(statement: Node) -> list[Node]:
    lines = [line for line in statement.leading_lines if line.comment is not None]
    trailing = getattr(statement, "trailing_whitespace", None)
    if trailing is not None and trailing.comment is not None:
        lines.append(cst.EmptyLine(comment=trailing.comment))
    return lines


def _first_of_block(old: Node, new: Node) -> Node:
    # The first statement of a block has no blank line above it, unless it had one before.
    lines = list(new.leading_lines)
    if not any(line.comment is None for line in old.leading_lines):
        while lines and lines[0].comment is None:
            lines.pop(0)
    return new.with_changes(leading_lines=lines)
