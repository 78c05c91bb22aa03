"""Async copies that exist already: from an earlier run, or written by hand."""

import ast
import textwrap

from .edits import Edits
from .modules import Function
from .syntax import Node, text_of


def is_same_copy(edits: Edits, function: Function, there: Function) -> bool:
    """Tell whether `there` is the same as the async copy of `function`, apart from annotations."""
    made = edits.apply(function.node, function.module.tree.parents)
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
