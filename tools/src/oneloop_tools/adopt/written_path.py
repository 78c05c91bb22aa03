"""The text of a URL that the code makes from its own place: `Path(__file__).parent`, `os.path.join`, and the like."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from .project_tree import FUNCTIONS, ProjectTree
from .scopes import DEEPEST, Scope, assigned

SQLITE = re.compile(r"^(sqlite(?:\+\w+)?:///)(.+)$")
SAME = {"str", "fspath", "abspath", "realpath", "resolve", "absolute", "as_posix", "make_url"}
JOINS = {"Path", "PurePath", "join", "joinpath"}
HERE = ("Path.cwd", "os.getcwd", "pathlib.Path.cwd")


def find_written_path(tree: ProjectTree, node: ast.expr, scope: Scope) -> str | None:
    """Return the URL of a SQLite file, relative to the folder in which pytest runs if it is below it."""
    found = SQLITE.match(_Text(tree).of(node, scope) or "")
    if found is None:
        return None
    path, root = Path(found[2]), tree.sources.root
    return found[1] + (path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix())


@dataclass
class _Text:
    tree: ProjectTree

    def of(self, node: ast.expr | None, scope: Scope, deep: int = 0) -> str | None:  # noqa: PLR0911  one case a form
        if deep > DEEPEST:
            return None
        deeper = deep + 1
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id="__file__"):
                return scope.module.source.path.as_posix()
            case ast.Name() | ast.Attribute() if (given := self._meant(node, scope, deeper)) is not None:
                return given
            case ast.JoinedStr(values=values):
                parts = [each.value if isinstance(each, ast.FormattedValue) else each for each in values]
                return self._joined("", parts, scope, deeper)
            case ast.BinOp(left=left, op=ast.Add() | ast.Div() as sign, right=right):
                return self._joined("" if isinstance(sign, ast.Add) else "/", [left, right], scope, deeper)
            case ast.Attribute(value=value, attr="parent"):
                return self._above(value, 1, scope, deeper)
            case ast.Subscript(value=ast.Attribute(value=value, attr="parents"), slice=ast.Constant(value=int(steps))):
                return self._above(value, steps + 1, scope, deeper)
            case ast.Call():
                return self._called(node, scope, deeper)
        return None

    def _called(self, node: ast.Call, scope: Scope, deep: int) -> str | None:
        written = ast.unparse(node.func)
        name = written.rpartition(".")[2]
        if written in HERE:
            return self.tree.sources.root.as_posix()
        own = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name == "dirname" and node.args:
            return self._above(node.args[0], 1, scope, deep)
        if name in JOINS:
            first = [own] if name == "joinpath" else []
            return self._joined("/", [*first, *node.args], scope, deep)
        if name in SAME:
            return self.of(node.args[0] if node.args else own, scope, deep)
        found = self.tree.resolve_expression(scope.module, node.func)
        if found is None or not isinstance(found.node, FUNCTIONS):
            return None
        given = [each.value for each in ast.walk(found.node) if isinstance(each, ast.Return)]
        return self.of(given[0], Scope(found.module, found.node), deep) if len(given) == 1 else None

    def _meant(self, node: ast.Name | ast.Attribute, scope: Scope, deep: int) -> str | None:
        """Return the text of a name: a variable of the function, or one at the top of a module."""
        local = assigned(scope.function, node.id) if scope.function and isinstance(node, ast.Name) else []
        if local:
            return self.of(local[0], scope, deep) if len(local) == 1 else None
        found = self.tree.resolve_expression(scope.module, node)
        value = getattr(found.node, "value", None) if found else None
        return self.of(value, Scope(found.module), deep) if found and isinstance(value, ast.expr) else None

    def _above(self, node: ast.expr, steps: int, scope: Scope, deep: int) -> str | None:
        text = self.of(node, scope, deep)
        above = [PurePath(text), *PurePath(text).parents] if text is not None else []
        return above[steps].as_posix() if steps < len(above) else None

    def _joined(self, sign: str, parts: Sequence[ast.expr | None], scope: Scope, deep: int) -> str | None:
        texts = [text for each in parts if (text := self.of(each, scope, deep)) is not None]
        if len(texts) < len(parts):
            return None
        return PurePath(*texts).as_posix() if sign else "".join(texts)
