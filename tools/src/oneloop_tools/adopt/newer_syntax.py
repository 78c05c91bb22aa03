"""Reads a file whose syntax is newer than this interpreter, by the project's own interpreter.

`python -m oneloop_tools.adopt.newer_syntax FILE ANSWER` writes the tree of FILE into ANSWER. What this
interpreter has no node for is left out, such as the parameters of a generic class.
"""

import ast
import marshal
import sys
import tokenize
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from oneloop_tools.interpreter import run_in_project

FORMAT = 4  # of marshal, which every version of Python reads
KIND = "_"  # the key of a node's class; no field is called so
ELLIPSIS, PLACES = "Ellipsis", ("lineno", "col_offset", "end_lineno", "end_col_offset")


def parse_newer(root: Path, python: Path, file: Path) -> ast.Module | None:
    """Return the tree of a file, or None where the project's interpreter cannot read it either."""
    with TemporaryDirectory(prefix="oneloop-adopt-") as folder:
        answer = Path(folder, "answer")
        run_in_project(root, python, __name__, [str(file), str(answer)])
        try:
            tree = _node(marshal.loads(answer.read_bytes()))  # noqa: S302  of the project's own interpreter
        except (OSError, ValueError, TypeError, EOFError, RecursionError):
            return None
    return tree if isinstance(tree, ast.Module) else None


def _plain(value: Any) -> Any:
    if isinstance(value, ast.AST):
        named = (name for name in (*value._fields, *PLACES) if hasattr(value, name))
        return {KIND: type(value).__name__, **{name: _plain(getattr(value, name)) for name in named}}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {KIND: ELLIPSIS} if value is ... else value


def _node(value: Any) -> Any:
    if isinstance(value, list):
        return [_node(each) for each in value]
    if not isinstance(value, dict):
        return value
    kind = value[KIND]
    if kind == ELLIPSIS:
        return ...
    if kind == "TypeAlias":  # `type Id = int` has the form of an assignment
        value = {**value, "targets": [value["name"]]}
        kind = "Assign"
    known: type[ast.AST] = getattr(ast, kind, ast.Constant)
    node = known(**{name: _node(value[name]) for name in known._fields if name in value})
    for name in PLACES:
        if name in value:
            setattr(node, name, value[name])
    if isinstance(node, ast.Constant) and not hasattr(node, "value"):
        node.value = None
    return node


def main(file: str, answer: str) -> None:
    """Write the tree, or nothing where the file cannot be read."""
    try:
        with tokenize.open(file) as opened:
            tree = ast.parse(opened.read())
    except (SyntaxError, OSError, ValueError, RecursionError):
        return
    Path(answer).write_bytes(marshal.dumps(_plain(tree), FORMAT))


if __name__ == "__main__":
    main(*sys.argv[1:])
