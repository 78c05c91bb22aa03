"""The environment variables that a suite sets before its app is imported, read from its files."""

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .sources import Source

ENVIRON = ("os.environ", "environ")
READERS = ("os.getenv", "getenv", "os.environ.get", "environ.get")
HOOKS = ("pytest_configure", "pytest_load_initial_conftests", "pytest_sessionstart")


def environment_of(conftests: Iterable[Source | None], settings: Iterable[str]) -> dict[str, str]:
    """Return what pytest-env's settings, and the top of the conftests, put into `os.environ`."""
    pairs = (re.sub(r"^([DR]:)+", "", each).partition("=") for each in settings)
    found = _Environment({name.strip(): value.strip() for name, sign, value in pairs if sign and name})
    for source in conftests:
        found.names = {}
        for node in statements_before_tests(source.tree) if source else ():
            found.read(node)
    return found.set


def statements_before_tests(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements of a conftest.py that run before the first test, those of every branch among them."""
    return _statements(tree.body)


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With) or getattr(node, "name", None) in HOOKS:
            for name in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(node, name, ()))


@dataclass
class _Environment:
    """`set` is what the suite sets, and `names` are the texts that the file at hand gives a name."""

    set: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)

    def read(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if (text := self._text(value)) is not None:
                self.names[name] = text
            case ast.Assign(targets=[ast.Subscript(value=where, slice=key)], value=value) if _is_environ(where):
                self._put(key, value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=where, attr="setdefault"), args=[key, value])) if (
                _is_environ(where)
            ):
                if self._text(key) not in {*self.set, *os.environ}:
                    self._put(key, value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=where, attr="update")) as call) if _is_environ(where):
                for given in call.args:
                    if isinstance(given, ast.Dict):
                        for each, value in zip(given.keys, given.values, strict=True):
                            self._put(each, value)
                for keyword in call.keywords:
                    self._put(ast.Constant(keyword.arg), keyword.value)

    def _put(self, key: ast.expr | None, value: ast.expr) -> None:
        name, text = self._text(key), self._text(value)
        if name is not None and text is not None:
            self.set[name] = text

    def _text(self, node: ast.expr | None) -> str | None:  # noqa: PLR0911  one case a form
        """Return the text that an expression has in this process, None if only a run can tell."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id=name):
                return self.names.get(name)
            case ast.Subscript(value=where, slice=key) if _is_environ(where):
                return self._variable(key)
            case ast.Call(func=function, args=[key, *default], keywords=keywords) if ast.unparse(function) in READERS:
                default += [keyword.value for keyword in keywords if keyword.arg == "default"]
                given = self._variable(key)
                return self._text(default[0]) if given is None and default else given
            case ast.Call(func=ast.Name(id="str"), args=[value]):
                return self._text(value)
            case ast.BoolOp(op=ast.Or(), values=values):
                return next(filter(None, map(self._text, values)), None)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right])
            case ast.JoinedStr(values=values):
                return self._joined([getattr(each, "value", None) if _is_hole(each) else each for each in values])
        return None

    def _variable(self, key: ast.expr) -> str | None:
        name = self._text(key)
        return None if name is None else self.set.get(name, os.environ.get(name))

    def _joined(self, parts: Sequence[ast.expr | None]) -> str | None:
        texts = [text for each in parts if (text := self._text(each)) is not None]
        return "".join(texts) if len(texts) == len(parts) else None


def _is_environ(node: ast.expr) -> bool:
    return ast.unparse(node) in ENVIRON


def _is_hole(node: ast.expr) -> bool:
    return isinstance(node, ast.FormattedValue) and node.format_spec is None
