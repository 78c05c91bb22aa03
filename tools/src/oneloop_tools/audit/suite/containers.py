"""Lists, dictionaries and comprehensions: their elements, and what a loop takes from them."""

import ast
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from enum import EnumType
from typing import Any

from .attributes import Attributes
from .frames import Frame
from .sent_requests import Unknown
from .texts import plain_of
from .values import Items, Known, Table, Value, Values, constant, one_of

MANY = 300  # elements of one literal that a loop follows


class Containers(Attributes):
    @abstractmethod
    def truth(self, node: ast.expr, frame: Frame) -> bool | None:
        """Tell whether a condition holds, None if that is unknown."""

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
        return one_of(*(self.item(owner, keys) for owner in owners))

    def item(self, owner: Value, keys: Values) -> Values:  # noqa: PLR0911  one case a kind
        plain = plain_of(keys[0]) if len(keys) == 1 else None
        if isinstance(owner, Table):
            if plain is None:
                return one_of(*owner.entries.values()) or (Unknown("its key is unknown"),)
            return owner.entries.get(plain[0], (Unknown("its key does not exist"),))
        if isinstance(owner, Items):
            if plain is not None and isinstance(plain[0], int):
                inside = -len(owner.items) <= plain[0] < len(owner.items)
                return owner.items[plain[0]] if inside else (Unknown("its index does not exist"),)
            return one_of(*owner.items) or (Unknown("its index is unknown"),)
        if isinstance(owner, Known) and plain is not None:
            try:
                return (constant(owner.value[plain[0]]),)
            except Exception:  # noqa: BLE001  a container of the app may raise anything
                return (Unknown("its key does not exist"),)
        return (Unknown("it is part of something unknown"),)

    def elements(self, values: Values) -> list[Values]:
        """Return what a loop over a value takes in turn, one unknown if the value is unknown."""
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
        return [(Unknown("it comes from a loop over something unknown"),)]

    def _read_listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame) -> Values:
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
