"""Syntax trees of LibCST that know the parent and the line of each node."""

import ast
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import libcst

# Untyped: with LibCST's hundred node classes, strict types need a cast in every second line.
cst: Any = libcst
Node = Any
STATEMENTS = (cst.BaseSmallStatement, cst.BaseCompoundStatement)
# The layout has no code, and walking over it doubles the time.
LAYOUT = {
    *("leading_lines", "lines_after_decorators", "header", "footer", "lpar", "rpar"),
    *("lbracket", "rbracket", "semicolon", "comma", "trailing_whitespace", "dot", "equal"),
}
_FIELDS: dict[type, tuple[str, ...]] = {}
_NODES: dict[type, bool] = {}


def parse(content: bytes) -> ast.Module:
    """Parse a file without its warnings, such as one about an invalid escape."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(content)


def lines_of(content: bytes) -> list[int]:
    """Return the line of each statement in the order of the source. A function begins at its `def`."""
    return [statement.lineno for statement in _statements(parse(content).body)]


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        for part in ("body", "handlers", "cases", "orelse", "finalbody"):
            for each in getattr(statement, part, ()):
                if isinstance(each, ast.stmt):
                    yield from _statements([each])
                else:  # an exception handler or a case
                    yield from _statements(each.body)


def children(node: Node) -> Iterator[Node]:
    """Yield the children of a node, without its layout."""
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        found = (each.name for each in fields(kind))
        names = _FIELDS[kind] = tuple(name for name in found if name not in LAYOUT and "whitespace" not in name)
    for name in names:
        value = getattr(node, name)
        if type(value) is tuple or type(value) is list:
            for each in value:
                if _is_node(each):
                    yield each
        elif _is_node(value):
            yield value


def _is_node(value: Any) -> bool:
    # `isinstance` is slow with LibCST's abstract classes, and there are only a hundred of them.
    kind = type(value)
    found = _NODES.get(kind)
    if found is None:
        found = _NODES[kind] = isinstance(value, cst.CSTNode)
    return found


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, in the order of the source."""
    stack = [node]
    while stack:
        found = stack.pop()
        yield found
        stack.extend(reversed(list(children(found))))


class Tree:
    """A parsed file that knows the parent and the line of each node."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.module = cst.parse_module(content)
        self.parents: dict[int, Node] = {}
        for node in walk(self.module):
            for child in children(node):
                self.parents[id(child)] = node
        self._lines: dict[int, int] | None = None

    def parent(self, node: Node) -> Node:
        return self.parents[id(node)]

    def above(self, node: Node, top: Node) -> Iterator[tuple[Node, Node]]:
        """Yield each ancestor of `node` up to `top`, with the child that contains `node`."""
        child = node
        while child is not top:
            parent = self.parents[id(child)]
            yield parent, child
            child = parent

    def statement(self, node: Node) -> Node:
        """Return the statement of a block that contains `node`."""
        while not isinstance(self.parents[id(node)], cst.BaseSuite | cst.Module):
            node = self.parents[id(node)]
        return node

    def line(self, node: Node) -> int:
        """Return the line on which the statement of `node` begins, 0 for a node of another file."""
        if self._lines is None:
            # LibCST counts lines by writing the file again, which takes as long as everything else.
            statements = (each for each in walk(self.module) if isinstance(each, STATEMENTS))
            lines = lines_of(self.content)
            self._lines = {id(each): line for each, line in zip(statements, lines, strict=True)}
        while id(node) not in self._lines and id(node) in self.parents:
            node = self.parents[id(node)]
        return self._lines.get(id(node), 0)


def names_in(nodes: Iterable[Node]) -> set[str]:
    """Return every name in `nodes`, whether it is a variable or not."""
    return {each.value for node in nodes for each in walk(node) if isinstance(each, cst.Name)}


def full_name(node: Node) -> str | None:
    """Return `a.b.c` for a dotted name or a call of one, None for any other expression."""
    if isinstance(node, cst.Name):
        return str(node.value)
    if isinstance(node, cst.Attribute):
        base = full_name(node.value)
        return base and f"{base}.{node.attr.value}"
    if isinstance(node, cst.Call):
        return full_name(node.func)
    return None


def text_of(node: Node) -> str:
    return str(cst.Module([]).code_for_node(node))
