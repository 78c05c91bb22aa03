"""What a call returns: functions and classes of the tests are followed, requests are noted."""

import ast
from abc import abstractmethod
from typing import Any

from starlette.applications import Starlette

from .foreign import Foreign, Keywords, client_kind
from .literals import text_method
from .modules import Module
from .names import lineage
from .record import DEPTH, STEPS, Frame, TooMuchError, send
from .values import (
    METHODS,
    Class,
    Function,
    Instance,
    Items,
    Known,
    Library,
    Partial,
    Sender,
    Super,
    Table,
    Text,
    Unknown,
    Value,
    Values,
    constant,
    one_of,
)

ENTERS = ("enter_context", "enter_async_context")


class Calling(Foreign):
    """`app` is the app that is audited."""

    def __init__(self, modules: Any, app: Starlette | None) -> None:
        super().__init__(modules)
        self.app = app
        self._steps = 0
        self._stack: list[object] = []

    def step(self) -> None:
        """Count what is read, and stop a test that takes too long."""
        self._steps += 1
        if self._steps > STEPS:
            raise TooMuchError

    def restart(self) -> None:
        """Start to count for another test."""
        self._steps = 0

    def import_in(self, node: ast.Import | ast.ImportFrom, name: str, module: Module) -> Values | None:
        """Return what an import inside a function binds."""
        return self.top(Module(module.source, {name: node}), name)

    def call(self, value: Value, arguments: list[Values], where: str) -> Values:
        """Call a value with positional arguments only."""
        return self._call(value, arguments, {}, where)

    def called(self, node: ast.Call, frame: Frame) -> Values:
        """Return what a call may return."""
        where = self.where(node, frame)
        arguments: list[Values] = []
        for each in node.args:
            values = self.value(each, frame)
            arguments += self.elements(values) if isinstance(each, ast.Starred) else [values]
        keywords: Keywords = {}
        for keyword in node.keywords:
            values = self.value(keyword.value, frame)
            if keyword.arg is not None:
                keywords[keyword.arg] = values
            elif isinstance(values[0], Table):
                keywords.update({str(k): v for k, v in values[0].entries.items()})
        if isinstance(node.func, ast.Name) and node.func.id == "super" and frame.instance:
            return (Super(frame.instance, frame.of_class or frame.instance.of),)
        if isinstance(node.func, ast.Attribute):
            owners = self.value(node.func.value, frame)
            return one_of(*(self._method(o, node.func.attr, arguments, keywords, where) for o in owners))
        functions = self.value(node.func, frame)
        return one_of(*(self._call(each, arguments, keywords, where) for each in functions))

    def _method(  # noqa: PLR0911  one case a kind
        self, owner: Value, name: str, arguments: list[Values], keywords: Keywords, where: str
    ) -> Values:
        if name in ENTERS and arguments:
            for each in arguments[0]:
                self.enter(each, where)
            return arguments[0]
        if name in ("__enter__", "__aenter__"):
            self.enter(owner, where)
            return (owner,)
        if isinstance(owner, Text):
            return text_method(owner.text, name, arguments, keywords)
        if isinstance(owner, Table | Items):
            return self._of_container(owner, name, arguments)
        if name.startswith("assert") and len(arguments) > 1:
            self.expect(arguments)
        if isinstance(owner, Unknown) and name in METHODS and self._has_path(arguments):
            send(self.record, owner, name, arguments, keywords, where)
            return (Unknown("it is the response to an unknown client"),)
        if name in ("url_path_for", "url_for"):
            return self.url_for(arguments, keywords)
        if isinstance(owner, Unknown):
            self.passed_on(Unknown(f"`.{name}`"), arguments, keywords, where)
            return (Unknown(f"`.{name}()` is unknown"),)
        found = self.attribute(owner, name, where)
        return one_of(*(self._call(each, arguments, keywords, where) for each in found))

    @abstractmethod
    def url_for(self, arguments: list[Values], keywords: Keywords) -> Values:
        """Return the path of a named route."""

    @staticmethod
    def _has_path(arguments: list[Values]) -> bool:
        first = arguments[0][0] if arguments else None
        return isinstance(first, Text) and first.text.startswith(("/", "http"))

    def _of_container(self, owner: Table | Items, name: str, arguments: list[Values]) -> Values:
        if isinstance(owner, Items):
            if name in ("append", "add") and arguments:
                owner.items.append(arguments[0])
            elif name == "extend" and arguments:
                owner.items += self.elements(arguments[0])
            return (Known(None),)
        pairs = owner.entries.items()
        if name == "items":
            return (Items([(Items([(constant(key),), each]),) for key, each in pairs]),)
        if name == "values":
            return (Items(list(owner.entries.values())),)
        if name in ("get", "pop") and arguments:
            return self.item(owner, arguments[0])
        if name == "update" and arguments and isinstance(arguments[0][0], Table):
            owner.entries.update(arguments[0][0].entries)
        return (owner,) if name in ("copy", "keys") else (Known(None),)

    def _call(  # noqa: PLR0911  one case a kind
        self, value: Value, arguments: list[Values], keywords: Keywords, where: str
    ) -> Values:
        match value:
            case Function():
                return self.apply(value, arguments, keywords)
            case Class():
                return (self.instance_of(value, arguments, keywords, where),)
            case Sender():
                return send(self.record, value.client, value.name, arguments, keywords, where)
            case Partial():
                given = {**value.keywords, **keywords}
                return self._call(value.function, [*value.arguments, *arguments], given, where)
            case Instance():
                found = self.attribute(value, "__call__", where)
                if isinstance(found[0], Function):
                    return self.apply(found[0], arguments, keywords)
            case Library() | Known():
                return self.of_library(value, arguments, keywords, where)
        self.passed_on(value, arguments, keywords, where)
        return (Unknown("its return value is unknown"),)

    # Functions and classes of the tests.

    def apply(self, function: Function, arguments: list[Values], keywords: Keywords) -> Values:
        """Read a function's body with its arguments, and return what it returns or yields."""
        node = function.node
        if len(self._stack) > DEPTH or self._stack.count(node) > 1:
            return (Unknown("it calls itself"),)
        if function.owner is not None:
            arguments = [(function.owner,), *arguments]
        frame = Frame(function.module, dict(function.closure), function.owner, function.of_class)
        self._bind(node.args, arguments, keywords, frame)
        self._stack.append(node)
        try:
            if isinstance(node, ast.Lambda):
                return self.value(node.body, frame)
            self.run(node.body, frame)
        finally:
            self._stack.pop()
        if frame.yields:
            return frame.yields[0] if len(frame.yields) == 1 else (Items(frame.yields),)
        return one_of(*frame.returns) if frame.returns else (Known(None),)

    def _bind(self, given: ast.arguments, arguments: list[Values], keywords: Keywords, frame: Frame) -> None:
        names = [each.arg for each in (*given.posonlyargs, *given.args)]
        top = Frame(frame.module, dict(frame.names))
        defaults = zip(reversed(names), reversed(given.defaults), strict=False)
        for name, default in [
            *defaults,
            *((a.arg, d) for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True) if d),
        ]:
            frame.names[name] = self.value(default, top)
        for name in (*names, *(each.arg for each in given.kwonlyargs)):
            frame.names.setdefault(name, (Unknown(f"{name!r} is not given"),))
        frame.names.update(zip(names, arguments, strict=False))
        known = {*names, *(each.arg for each in given.kwonlyargs)}
        frame.names.update({k: v for k, v in keywords.items() if k in known})
        if given.vararg:
            frame.names[given.vararg.arg] = (Items(arguments[len(names) :]),)
        if given.kwarg:
            rest: dict[Any, Values] = {k: v for k, v in keywords.items() if k not in known}
            frame.names[given.kwarg.arg] = (Table(rest),)

    def instance_of(self, made: Class, arguments: list[Values], keywords: Keywords, where: str) -> Instance:
        """Return an instance of a class of the tests, after its `__init__`."""
        instance = Instance(made)
        for each in lineage(made):
            for base in each.bases:
                kind = client_kind(base)
                if kind is not None and instance.client is None:
                    instance.client = self.make_client(kind, arguments, keywords)
        if any(ast.unparse(d).split("(")[0].endswith("dataclass") for d in made.node.decorator_list):
            fields = [s for s in made.node.body if isinstance(s, ast.AnnAssign)]
            names = [s.target.id for s in fields if isinstance(s.target, ast.Name)]
            instance.attributes.update(zip(names, arguments, strict=False))
            instance.attributes.update({k: v for k, v in keywords.items() if k in names})
        for value in self.in_class(made, "__init__", instance) or ():
            self._call(value, arguments, keywords, where)
        return instance
