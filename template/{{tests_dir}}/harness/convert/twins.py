"""Twins that are there already: of an earlier run, or written by hand and the same."""

import ast
import textwrap

from .edits import Edits
from .syntax import Node, text_of
from .units import Unit


def is_same(edits: Edits, unit: Unit, there: Unit) -> bool:
    """Say whether `there` does what the twin of `unit` would do, annotations left out."""
    made = edits.apply(unit.node, unit.module.tree.parents)
    return _dump(made) == _dump(there.node)


def _dump(function: Node) -> str:
    bare = function.with_changes(leading_lines=[])
    parsed = ast.parse(textwrap.dedent(text_of(bare)))
    for node in ast.walk(parsed):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        elif isinstance(node, ast.arg):
            node.annotation = None
    return ast.dump(parsed)
