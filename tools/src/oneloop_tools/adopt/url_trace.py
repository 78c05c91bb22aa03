"""Follows an expression back to where its text comes from: environment variables, settings, literals."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .project_tree import FUNCTIONS, Definition, Function, ProjectTree
from .scopes import DEEPEST, Calls, Scope, assigned, class_of, parameters, passed
from .settings_classes import Member, SettingsClass

READERS = {
    "getenv",
    "get",
    "config",
    "env",
    "str",
    "url",
    "dj_db_url",
    "pop",
}  # os.getenv("X"), config("X"), env.str("X")
LAST_SYSTEM_PORT = 1023
NAME = re.compile(r"[A-Za-z_]\w*")


class Variable(NamedTuple):
    """An environment variable, and the line that reads it."""

    name: str
    where: str
    default: str = ""  # of a field, as it is written


class Text(NamedTuple):
    """A text in the code."""

    text: str
    where: str


Origin = Variable | Text


def _literal(value: str | int, where: str) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(value, where)
    elif value > LAST_SYSTEM_PORT:
        yield Text(f":{value}", where)


@dataclass
class UrlTrace:
    tree: ProjectTree
    calls: Calls
    _visited: set[tuple[int, int]] = field(default_factory=set)

    def trace(self, node: ast.expr, scope: Scope, deep: int = 0) -> Iterator[Origin]:
        """Yield what the value of an expression is made of."""
        key = (id(node), id(scope.call[0]) if scope.call else 0)
        if deep > DEEPEST or key in self._visited:
            return
        self._visited.add(key)
        deeper = deep + 1
        match node:
            case ast.Constant(value=str() | int() as value):
                yield from _literal(value, scope.module.where(node))
            case ast.Name():
                yield from self._name(node, scope, deeper)
            case ast.Attribute():
                yield from self._attribute(node, scope, deeper)
            case ast.Subscript(value=value, slice=ast.Constant(value=str(name))):
                if ast.unparse(value).endswith("environ") or ast.unparse(value) in ("config", "env"):
                    yield Variable(name, scope.module.where(node))
                else:
                    yield from self.trace(value, scope, deeper)
            case ast.Call():
                yield from self._call(node, scope, deeper)
            case _:
                for each in ast.iter_child_nodes(node):
                    inner = each.value if isinstance(each, ast.FormattedValue | ast.keyword) else each
                    if isinstance(inner, ast.expr):
                        yield from self.trace(inner, scope, deeper)

    def _name(self, node: ast.Name, scope: Scope, deep: int) -> Iterator[Origin]:
        if scope.function is not None:
            local = assigned(scope.function, node.id)
            for value in local:
                yield from self.trace(value, scope, deep)
            if not local and node.id in parameters(scope.function):
                yield from self._arguments(scope, node.id, deep)
                return
            if local:
                return
        member = scope.owner.member(node.id) if scope.owner and not scope.function else None
        if member is not None and member.value is not None:
            yield from self.trace(member.value, Scope(member.owner.module, None, scope.owner), deep)
            return
        found = self.tree.resolve(scope.module, node.id)
        if found is not None:
            yield from self._definition(found, deep)

    def _definition(self, found: Definition, deep: int) -> Iterator[Origin]:
        value = getattr(found.node, "value", None)
        if isinstance(value, ast.expr):
            yield from self.trace(value, Scope(found.module), deep)
        elif isinstance(found.node, FUNCTIONS):
            yield from self._returned(found.node, Scope(found.module, found.node), deep)

    def _attribute(self, node: ast.Attribute, scope: Scope, deep: int) -> Iterator[Origin]:
        owner = class_of(self.tree, node.value, scope)
        member = owner.member(node.attr) if owner else None
        if owner is not None and member is not None:
            yield from self._member(owner, node, member, scope, deep)
            return
        found = self.tree.resolve_expression(scope.module, node)
        if found is not None:
            yield from self._definition(found, deep)
        elif owner is None:
            yield from self.trace(node.value, scope, deep)

    def _member(
        self, owner: SettingsClass, node: ast.Attribute, member: Member, scope: Scope, deep: int
    ) -> Iterator[Origin]:
        inside = Scope(member.owner.module, member.function or member.method, owner)
        if member.method is not None and member.value is not None:
            yield from self.trace(member.value, inside, deep)
            return
        if member.function is not None:
            yield from self._returned(member.function, inside, deep)
            return
        groups = [] if owner.is_pydantic else list(dict.fromkeys(self._groups(node.value, scope, deep)))
        if owner.is_pydantic:
            yield Variable(owner.variable(node.attr, member), member.where, member.default)
        elif groups:
            for group in groups:
                yield Variable(f"{group}{node.attr}".upper(), member.where, member.default)
        elif (reader := owner.reader()) is not None:
            yield Variable(reader.variable(node.attr, member), member.where, member.default)
        if member.value is not None:
            yield from self.trace(member.value, inside, deep)

    def _groups(self, node: ast.expr, scope: Scope, deep: int) -> Iterator[str]:
        """Yield the prefixes of a group of settings: `DATABASE__` for `settings.database`, also as an argument."""
        if isinstance(node, ast.Attribute):
            outer = class_of(self.tree, node.value, scope)
            if outer is not None and outer.is_pydantic and outer.setting("env_nested_delimiter"):
                yield f"{outer.setting('env_prefix')}{node.attr}{outer.setting('env_nested_delimiter')}"
        elif isinstance(node, ast.Name) and scope.function is not None and deep < DEEPEST:
            for each in assigned(scope.function, node.id):
                yield from self._groups(each, scope, deep + 1)
            for each, around in self._given(scope, node.id):
                yield from self._groups(each, around, deep + 1)

    def _call(self, node: ast.Call, scope: Scope, deep: int) -> Iterator[Origin]:
        named = ast.unparse(node.func).rpartition(".")[2]
        first = node.args[0] if node.args else None
        found = self.tree.resolve_expression(scope.module, node.func)
        is_function = found is not None and isinstance(found.node, FUNCTIONS)
        text = first.value if isinstance(first, ast.Constant) else None
        if named in READERS and not is_function and isinstance(text, str) and NAME.fullmatch(text):
            yield Variable(text, scope.module.where(node))
            for each in (*node.args[1:], *(keyword.value for keyword in node.keywords)):
                yield from self.trace(each, scope, deep)
            return
        if found is not None and isinstance(found.node, FUNCTIONS):
            yield from self._returned(found.node, Scope(found.module, found.node, call=(node, scope)), deep)
            return
        if isinstance(node.func, ast.Attribute):
            yield from self._attribute(node.func, scope, deep)
        for each in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from self.trace(each, scope, deep)

    def _returned(self, function: Function, scope: Scope, deep: int) -> Iterator[Origin]:
        for each in ast.walk(function):
            if isinstance(each, ast.Return) and each.value is not None:
                yield from self.trace(each.value, scope, deep)

    def _arguments(self, scope: Scope, name: str, deep: int) -> Iterator[Origin]:
        """Yield the origins of what the callers of a function pass for a parameter."""
        for each, around in self._given(scope, name):
            yield from self.trace(each, around, deep)

    def _given(self, scope: Scope, name: str) -> Iterator[tuple[ast.expr, Scope]]:
        """Yield what the call that is followed passes for a parameter, or else every call."""
        function = scope.function
        assert function is not None
        for call, around in [scope.call] if scope.call is not None else self.calls.of(function):
            for each in passed(call, function, name):
                yield each, around
