"""The environment variables that the tests set by a literal before they import the app."""

import ast
from collections.abc import Iterable
from pathlib import Path

from .sources import Sources

ENVIRON = ("os.environ", "environ")


def environment_of(sources: Sources, conftests: Iterable[Path]) -> dict[str, str]:
    """Return what the top of the conftests puts into `os.environ`."""
    found: dict[str, str] = {}
    for path in conftests:
        source = sources.read(path)
        for node in source.tree.body if source else ():
            found |= _set_by(node)
    return found


def _set_by(node: ast.stmt) -> dict[str, str]:
    match node:
        case ast.Assign(
            targets=[ast.Subscript(value=where, slice=ast.Constant(value=str(name)))],
            value=ast.Constant(value=str(value)),
        ) if ast.unparse(where) in ENVIRON:
            return {name: value}
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=where, attr="setdefault"),
                args=[ast.Constant(value=str(name)), ast.Constant(value=str(value))],
            )
        ) if ast.unparse(where) in ENVIRON:
            return {name: value}
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=where, attr="update"), args=[ast.Dict(keys=keys, values=values)])
        ) if ast.unparse(where) in ENVIRON:
            return {
                k.value: v.value
                for k, v in zip(keys, values, strict=True)
                if isinstance(k, ast.Constant) and isinstance(v, ast.Constant)
                if isinstance(k.value, str) and isinstance(v.value, str)
            }
    return {}
