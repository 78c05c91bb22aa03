"""Literals: strings and how they are put together, lists, dictionaries and comprehensions."""

import ast
import itertools
import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import EnumType
from typing import Any

from oneloop_tools.audit.app.routes import HOLE

from .names import Attributes
from .record import Frame
from .values import LIMIT, Items, Known, Table, Text, Unknown, Value, Values, constant, one_of, text_of

PERCENT = re.compile(r"%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?[sdifrx]")
BRACES = re.compile(r"\{(\w*)[^{}]*\}")
TEXT_METHODS = {
    "format", "lower", "upper", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix",
    "replace", "title", "capitalize",
}  # fmt: skip
MANY = 300  # elements of one literal that a loop follows


def concatenated(parts: Iterable[Values]) -> Values:
    """Return every string that the parts may form."""
    ways = itertools.product(*parts)
    texts = ["".join(map(text_of, way)) for way in itertools.islice(ways, LIMIT)]
    return one_of(tuple(Text(text) for text in texts)) or (Text(""),)


def formatted(template: str, arguments: Sequence[Values], keywords: dict[str, Values]) -> Values:
    """Return what `str.format` may return. An unknown part is a hole."""
    position = itertools.count()
    parts: list[Values] = []
    last = 0
    for found in BRACES.finditer(template):
        parts.append((Text(template[last : found.start()]),))
        last = found.end()
        name = found[1]
        index = int(name) if name.isdigit() else next(position) if not name else None
        if index is not None:
            parts.append(arguments[index] if index < len(arguments) else (Text(HOLE),))
        else:
            parts.append(keywords.get(name, (Text(HOLE),)))
    return concatenated([*parts, (Text(template[last:]),)])


def percent(template: str, values: Sequence[Values]) -> Values:
    """Return what `template % values` may be."""
    waiting = iter(values)
    parts: list[Values] = []
    last = 0
    for found in PERCENT.finditer(template):
        parts.append((Text(template[last : found.start()]),))
        last = found.end()
        parts.append((Text(HOLE),) if found[1] else next(waiting, (Text(HOLE),)))
    return concatenated([*parts, (Text(template[last:]),)])


def text_method(text: str, name: str, arguments: list[Values], keywords: dict[str, Values]) -> Values:
    """Return what a method of a string returns."""
    if name == "format":
        return formatted(text, arguments, keywords)
    if name == "join" and arguments:
        return _joined(text, arguments[0][0])
    plain = [each[0].text for each in arguments if len(each) == 1 and isinstance(each[0], Text)]
    if name not in TEXT_METHODS or len(plain) != len(arguments) or keywords:
        return (Unknown(f"`.{name}()` of a string"),)
    return (Text(getattr(text, name)(*plain)),)


def _joined(between: str, parts: Value) -> Values:
    if not isinstance(parts, Items):
        return (Text(HOLE),)
    apart = [piece for part in parts.items for piece in ((Text(between),), part)]
    return concatenated(apart[1:])


def equal(left: Values, right: Values) -> bool | None:
    """Tell whether two values are equal, None if that is unknown."""
    if len(left) != 1 or len(right) != 1:
        return None
    a, b = plain_of(left[0]), plain_of(right[0])
    return None if a is None or b is None else a[0] == b[0]


def plain_of(value: Value) -> tuple[object] | None:
    """Return a constant in a tuple of its own, None for any other value."""
    if isinstance(value, Text):
        return None if HOLE in value.text else (value.text,)
    if isinstance(value, Known) and isinstance(value.value, int | float | bool | type(None)):
        return (value.value,)
    return None


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
