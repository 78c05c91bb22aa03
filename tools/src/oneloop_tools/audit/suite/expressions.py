"""Reads expressions: strings, containers, comparisons of a status."""

import ast
from abc import abstractmethod

from .literals import Containers, concatenated, equal, percent, plain_of
from .record import Frame
from .values import Function, Items, Known, Status, Table, Text, Unknown, Values, constant, one_of


class Expressions(Containers):
    """Each kind of expression has a method of its own."""

    @abstractmethod
    def called(self, node: ast.Call, frame: Frame) -> Values:
        """Return what a call may return."""

    def value(self, node: ast.expr, frame: Frame) -> Values:
        """Return what an expression may be."""
        self.step()
        read = getattr(self, f"_read_{type(node).__name__.lower()}", None)
        if read is not None:
            return read(node, frame)  # type: ignore[no-any-return]  # getattr finds it by the node's class
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.value(inner, frame)
        return (Unknown("it is computed"),)

    @abstractmethod
    def step(self) -> None:
        """Count what is read, and stop a test that takes too long."""

    def _read_constant(self, node: ast.Constant, _frame: Frame) -> Values:
        return (constant(node.value),)

    def _read_name(self, node: ast.Name, frame: Frame) -> Values:
        return self.name(node.id, frame)

    def _read_attribute(self, node: ast.Attribute, frame: Frame) -> Values:
        owners = self.value(node.value, frame)
        where = self.where(node, frame)
        return one_of(*(self.attribute(owner, node.attr, where) for owner in owners))

    def _read_call(self, node: ast.Call, frame: Frame) -> Values:
        return self.called(node, frame)

    def _read_await(self, node: ast.Await, frame: Frame) -> Values:
        return self.value(node.value, frame)

    def _read_starred(self, node: ast.Starred, frame: Frame) -> Values:
        return self.value(node.value, frame)

    def _read_namedexpr(self, node: ast.NamedExpr, frame: Frame) -> Values:
        values = self.value(node.value, frame)
        frame.names[node.target.id] = values
        return values

    def _read_lambda(self, node: ast.Lambda, frame: Frame) -> Values:
        return (Function(node, frame.module, frame.names, frame.instance, frame.of_class),)

    def _read_ifexp(self, node: ast.IfExp, frame: Frame) -> Values:
        truth = self.truth(node.test, frame)
        sides = [node.body] if truth else [node.orelse] if truth is False else [node.body, node.orelse]
        return one_of(*(self.value(side, frame) for side in sides))

    def _read_boolop(self, node: ast.BoolOp, frame: Frame) -> Values:
        return one_of(*(self.value(each, frame) for each in node.values))

    def _read_yield(self, node: ast.Yield, frame: Frame) -> Values:
        frame.yields.append(self.value(node.value, frame) if node.value else (Known(None),))
        return (Unknown("it is sent into a generator"),)

    def _read_yieldfrom(self, node: ast.YieldFrom, frame: Frame) -> Values:
        for each in self.value(node.value, frame):
            frame.yields += self.elements((each,)) if isinstance(each, Items) else [(each,)]
        return (Unknown("it is sent into a generator"),)

    def _read_joinedstr(self, node: ast.JoinedStr, frame: Frame) -> Values:
        return concatenated(self.value(part, frame) for part in node.values)

    def _read_formattedvalue(self, node: ast.FormattedValue, frame: Frame) -> Values:
        return self.value(node.value, frame)

    def _read_binop(self, node: ast.BinOp, frame: Frame) -> Values:
        left, right = self.value(node.left, frame), self.value(node.right, frame)
        return self.operated(node.op, left, right)

    def operated(self, operator: ast.operator, left: Values, right: Values) -> Values:
        """Return the result of `+`, `%` or `|`, if one side is a string or a container."""
        first = left[0]
        if isinstance(operator, ast.Add) and isinstance(first, Items):
            return (Items([*self.elements(left), *self.elements(right)]),)
        if isinstance(operator, ast.Add) and any(isinstance(v, Text) for v in (*left, *right)):
            return concatenated([left, right])
        if isinstance(operator, ast.Mod) and isinstance(first, Text):
            given = right[0]
            return percent(first.text, given.items if isinstance(given, Items) else [right])
        if isinstance(operator, ast.BitOr) and isinstance(first, Table):
            second = right[0]
            more = second.entries if isinstance(second, Table) else {}
            return (Table({**first.entries, **more}),)
        return (Unknown("it is computed"),)

    # The comparison of a status shows what a test expects.

    def _read_compare(self, node: ast.Compare, frame: Frame) -> Values:
        sides = [self.value(each, frame) for each in (node.left, *node.comparators)]
        if all(isinstance(op, ast.Eq | ast.In | ast.Is) for op in node.ops):
            self.expect(sides)
        return (Unknown("it is compared"),)

    def expect(self, sides: list[Values]) -> None:
        """Note the numbers that the status of a response is compared with."""
        requests = [v.request for side in sides for v in side if isinstance(v, Status)]
        for request in requests:
            request.expected |= {number for side in sides for number in self._numbers(side)}

    def _numbers(self, values: Values) -> set[int]:
        found: set[int] = set()
        for each in values:
            if isinstance(each, Items):
                found |= {number for item in each.items for number in self._numbers(item)}
            elif isinstance(each, Known) and isinstance(each.value, int):
                found.add(int(each.value))
        return found

    def truth(self, node: ast.expr, frame: Frame) -> bool | None:
        """Tell whether a condition holds, None if that is unknown."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.truth(node.operand, frame)
            return None if inner is None else not inner
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left = self.value(node.left, frame)
            right = self.value(node.comparators[0], frame)
            self.expect([left, right])
            return self._compared(node.ops[0], left, right)
        values = self.value(node, frame)
        plain = plain_of(values[0]) if len(values) == 1 else None
        return bool(plain[0]) if plain else None

    def _compared(self, operator: ast.cmpop, left: Values, right: Values) -> bool | None:
        if isinstance(operator, ast.Eq | ast.Is):
            return equal(left, right)
        if isinstance(operator, ast.NotEq | ast.IsNot):
            same = equal(left, right)
            return None if same is None else not same
        if isinstance(operator, ast.In | ast.NotIn) and isinstance(right[0], Items):
            found = [equal(left, each) for each in right[0].items]
            if None in found:
                return None
            return any(found) is isinstance(operator, ast.In)
        return None

    @staticmethod
    def where(node: ast.AST, frame: Frame) -> str:
        """Return `file:line` of a node."""
        return f"{frame.module.shown}:{getattr(node, 'lineno', 1)}"
