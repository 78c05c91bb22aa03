"""What an expression in a test may be: strings, containers, comparisons of a status."""

import ast
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from enum import EnumType
from typing import Any

from .frames import Frame
from .names import Names
from .texts import concatenated, equal, percent, plain_of
from .values import (
    Answer,
    Function,
    Items,
    Known,
    Status,
    Table,
    Text,
    Unknown,
    Value,
    Values,
    constant,
    one_of,
)

MANY = 300  # elements of one literal that a loop is followed through


class Expressions(Names):
    """Reads expressions; each kind of node has a method of its own."""

    @abstractmethod
    def called(self, node: ast.Call, frame: Frame) -> Values:
        """Return what a call may bring."""

    def value(self, node: ast.expr, frame: Frame) -> Values:
        """Return what an expression may be."""
        self.step()
        read = getattr(self, f"_read_{type(node).__name__.lower()}", None)
        if read is not None:
            return read(node, frame)  # type: ignore[no-any-return]  # chosen by the node's class
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self.value(inner, frame)
        return (Unknown("it is computed"),)

    @abstractmethod
    def step(self) -> None:
        """Count what is read, and end what has no end."""

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
        sides = (
            [node.body] if truth else [node.orelse] if truth is False else [node.body, node.orelse]
        )
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

    # Strings.

    def _read_joinedstr(self, node: ast.JoinedStr, frame: Frame) -> Values:
        return concatenated(self.value(part, frame) for part in node.values)

    def _read_formattedvalue(self, node: ast.FormattedValue, frame: Frame) -> Values:
        return self.value(node.value, frame)

    def _read_binop(self, node: ast.BinOp, frame: Frame) -> Values:
        left, right = self.value(node.left, frame), self.value(node.right, frame)
        return self.operated(node.op, left, right)

    def operated(self, operator: ast.operator, left: Values, right: Values) -> Values:
        """Return what two values give by `+`, `%` or `|`, if one is a string or a container."""
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

    # Containers.

    def _read_list(self, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Values:
        items: list[Values] = []
        for each in node.elts[:MANY]:
            values = self.value(each, frame)
            items += self.elements(values) if isinstance(each, ast.Starred) else [values]
        return (Items(items),)

    _read_tuple = _read_list
    _read_set = _read_list

    def _read_dict(self, node: ast.Dict, frame: Frame) -> Values:
        table = Table()
        for key, each in zip(node.keys, node.values, strict=True):
            values = self.value(each, frame)
            if key is None:
                table.entries.update(values[0].entries if isinstance(values[0], Table) else {})
                continue
            plain = plain_of(self.value(key, frame)[0])
            table.entries[plain[0] if plain else object()] = values
        return (table,)

    def _read_subscript(self, node: ast.Subscript, frame: Frame) -> Values:
        owners = self.value(node.value, frame)
        keys = self.value(node.slice, frame)
        return one_of(*(self._item(owner, keys) for owner in owners))

    def _item(self, owner: Value, keys: Values) -> Values:  # noqa: PLR0911  one case a kind
        plain = plain_of(keys[0]) if len(keys) == 1 else None
        if isinstance(owner, Table):
            if plain is None:
                return one_of(*owner.entries.values()) or (Unknown("its key is not known"),)
            return owner.entries.get(plain[0], (Unknown("its key is not there"),))
        if isinstance(owner, Items):
            if plain is not None and isinstance(plain[0], int):
                inside = -len(owner.items) <= plain[0] < len(owner.items)
                return owner.items[plain[0]] if inside else (Unknown("its index is not there"),)
            return one_of(*owner.items) or (Unknown("its index is not known"),)
        if isinstance(owner, Known) and plain is not None:
            try:
                return (constant(owner.value[plain[0]]),)
            except Exception:  # noqa: BLE001  a container of the app's own may raise anything
                return (Unknown("its key is not there"),)
        return (Unknown("it is part of something that is not known"),)

    def elements(self, values: Values) -> list[Values]:
        """Return what a loop over a value takes in turn; one unknown when nobody can tell."""
        first = values[0]
        if isinstance(first, Items):
            return first.items[:MANY]
        if isinstance(first, Table):
            keys: list[Values] = [(constant(key),) for key in first.entries]
            return keys[:MANY]
        if isinstance(first, Known):
            thing: Any = first.value
            if isinstance(thing, list | tuple | set | frozenset | Mapping | range | EnumType):
                return [(constant(each),) for each in list(thing)[:MANY]]
        return [(Unknown("it comes from a loop over what is not known"),)]

    # Comprehensions: each element in turn, as in a loop.

    def _read_listcomp(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame
    ) -> Values:
        inner = frame.branch()
        return (Items([self.value(node.elt, inner) for _ in self._rounds(node.generators, inner)]),)

    _read_setcomp = _read_listcomp
    _read_generatorexp = _read_listcomp

    def _read_dictcomp(self, node: ast.DictComp, frame: Frame) -> Values:
        inner, table = frame.branch(), Table()
        for _ in self._rounds(node.generators, inner):
            plain = plain_of(self.value(node.key, inner)[0])
            table.entries[plain[0] if plain else object()] = self.value(node.value, inner)
        return (table,)

    def _rounds(self, generators: list[ast.comprehension], frame: Frame) -> Iterator[None]:
        if not generators:
            yield
            return
        first, *rest = generators
        for element in self.elements(self.value(first.iter, frame)):
            self.assign(first.target, element, frame)
            if all(self.truth(test, frame) is not False for test in first.ifs):
                yield from self._rounds(rest, frame)

    @abstractmethod
    def assign(self, target: ast.expr, values: Values, frame: Frame) -> None:
        """Bind a target."""

    # Comparisons: of a status, they say what a test expects.

    def _read_compare(self, node: ast.Compare, frame: Frame) -> Values:
        sides = [self.value(each, frame) for each in (node.left, *node.comparators)]
        if all(isinstance(op, ast.Eq | ast.In | ast.Is) for op in node.ops):
            self.expect(sides)
        return (Unknown("it is compared"),)

    def expect(self, sides: list[Values]) -> None:
        """Note the numbers that stand beside the status of an answer."""
        calls = [v.call for side in sides for v in side if isinstance(v, Status)]
        for call in calls:
            call.expected |= {number for side in sides for number in self._numbers(side)}

    def _numbers(self, values: Values) -> set[int]:
        found: set[int] = set()
        for each in values:
            if isinstance(each, Items):
                found |= {number for item in each.items for number in self._numbers(item)}
            elif isinstance(each, Known) and isinstance(each.value, int):
                found.add(int(each.value))
        return found

    def truth(self, node: ast.expr, frame: Frame) -> bool | None:
        """Tell whether a condition holds; None when nobody can tell."""
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
        """Say `file:line` of a node."""
        return f"{frame.module.shown}:{getattr(node, 'lineno', 1)}"

    @staticmethod
    def is_answer(value: Value) -> bool:
        """Tell whether a value is what a request brought."""
        return isinstance(value, Answer)
