"""Reads the statements of a test in turn: both sides of an `if`, each round of a loop over literals."""

import ast
from abc import abstractmethod
from collections.abc import Sequence

from .expressions import Expressions
from .literals import plain_of
from .modules import Module
from .record import Frame
from .values import Client, Function, Instance, Items, Known, Response, Table, Unknown, Value, Values, one_of


class Statements(Expressions):
    """Each kind of statement has a method of its own."""

    @abstractmethod
    def enter(self, value: Value, where: str) -> None:
        """Note a lifespan that is entered with a value."""

    @abstractmethod
    def import_in(self, node: ast.Import | ast.ImportFrom, name: str, module: Module) -> Values | None:
        """Return what an import inside a function binds."""

    def run(self, body: Sequence[ast.stmt], frame: Frame) -> None:
        """Read statements until one of them leaves the block."""
        for node in body:
            self.step()
            read = getattr(self, f"_read_{type(node).__name__.lower()}", None)
            if read is not None:
                read(node, frame)
            if isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break):
                return

    def _read_expr(self, node: ast.Expr, frame: Frame) -> None:
        self.value(node.value, frame)

    def _read_assert(self, node: ast.Assert, frame: Frame) -> None:
        self.value(node.test, frame)

    def _read_return(self, node: ast.Return, frame: Frame) -> None:
        frame.returns.append(self.value(node.value, frame) if node.value else (Known(None),))

    def _read_assign(self, node: ast.Assign, frame: Frame) -> None:
        values = self.value(node.value, frame)
        for target in node.targets:
            self.assign(target, values, frame)

    def _read_annassign(self, node: ast.AnnAssign, frame: Frame) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value, frame), frame)

    def _read_augassign(self, node: ast.AugAssign, frame: Frame) -> None:
        before, more = self.value(node.target, frame), self.value(node.value, frame)
        self.assign(node.target, self.operated(node.op, before, more), frame)

    def assign(self, target: ast.expr, values: Values, frame: Frame) -> None:
        """Bind a name, an attribute, an item, or several of them."""
        match target:
            case ast.Name():
                frame.names[target.id] = values
            case ast.Starred():
                self.assign(target.value, (Unknown("it is the rest of something"),), frame)
            case ast.Tuple() | ast.List():
                self._unpack(target.elts, values, frame)
            case ast.Attribute():
                for owner in self.value(target.value, frame):
                    if isinstance(owner, Instance):
                        owner.attributes[target.attr] = values
            case ast.Subscript():
                key = plain_of(self.value(target.slice, frame)[0])
                for owner in self.value(target.value, frame):
                    if isinstance(owner, Table):
                        owner.entries[key[0] if key else object()] = values

    def _unpack(self, targets: list[ast.expr], values: Values, frame: Frame) -> None:
        first = values[0]
        known = isinstance(first, Items) and len(first.items) == len(targets)
        for index, target in enumerate(targets):
            part: Values = (Unknown("it is part of something unknown"),)
            if known and isinstance(first, Items):
                part = first.items[index]
            self.assign(target, part, frame)

    def _read_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
        made = Function(node, frame.module, frame.names, None, frame.of_class)
        frame.names[node.name] = (made,)

    _read_asyncfunctiondef = _read_functiondef

    def _read_classdef(self, node: ast.ClassDef, frame: Frame) -> None:
        frame.names[node.name] = (self.make_class(node, frame),)

    def _read_import(self, node: ast.Import | ast.ImportFrom, frame: Frame) -> None:
        # An import in a function is resolved like one at the top.
        for each in node.names:
            bound = each.asname or each.name.partition(".")[0]
            values = self.import_in(node, bound, frame.module)
            if values is not None:
                frame.names[bound] = values

    _read_importfrom = _read_import

    def _read_if(self, node: ast.If, frame: Frame) -> None:
        truth = self.truth(node.test, frame)
        if truth is not None:
            self.run(node.body if truth else node.orelse, frame)
            return
        self.join([node.body, node.orelse], frame)

    def join(self, ways: Sequence[Sequence[ast.stmt]], frame: Frame) -> None:
        """Read each branch by itself. Afterwards a name has the values that it has after any of them."""
        ends = [frame.branch() for _ in ways]
        for body, end in zip(ways, ends, strict=True):
            self.run(body, end)
        for name in dict.fromkeys(name for end in ends for name in end.names):
            frame.names[name] = one_of(*(end.names[name] for end in ends if name in end.names))

    def _read_match(self, node: ast.Match, frame: Frame) -> None:
        self.value(node.subject, frame)
        self.join([*(case.body for case in node.cases), []], frame)

    def _read_for(self, node: ast.For | ast.AsyncFor, frame: Frame) -> None:
        for element in self.elements(self.value(node.iter, frame)):
            self.assign(node.target, element, frame)
            self.run(node.body, frame)
        self.run(node.orelse, frame)

    _read_asyncfor = _read_for

    def _read_while(self, node: ast.While, frame: Frame) -> None:
        self.truth(node.test, frame)
        self.run(node.body, frame)
        self.run(node.orelse, frame)

    def _read_try(self, node: ast.Try, frame: Frame) -> None:
        self.run(node.body, frame)
        for handler in node.handlers:
            self.run(handler.body, frame)
        self.run(node.orelse, frame)
        self.run(node.finalbody, frame)

    _read_trystar = _read_try

    def _read_with(self, node: ast.With | ast.AsyncWith, frame: Frame) -> None:
        for item in node.items:
            entered = one_of(*(self.entered(v, item.context_expr, frame) for v in self.value(item.context_expr, frame)))
            if item.optional_vars is not None:
                self.assign(item.optional_vars, entered, frame)
        self.run(node.body, frame)

    _read_asyncwith = _read_with

    def entered(self, value: Value, node: ast.expr, frame: Frame) -> Values:
        """Return what `with` binds: a client itself, or what `__enter__` of the tests returns."""
        self.enter(value, self.where(node, frame))
        if isinstance(value, Client | Response) or (isinstance(value, Instance) and value.client):
            return (value,)
        if isinstance(value, Instance):
            where = self.where(node, frame)
            for name in ("__enter__", "__aenter__"):
                found = self.attribute(value, name, where)
                if isinstance(found[0], Function):
                    return self.call(found[0], [], where)
        return (value,)
