"""Strings that are built by f-strings, `+`, `%`, `format` and the methods of `str`."""

import itertools
import re
from collections.abc import Iterable, Sequence

from oneloop_tools.audit.request_text import HOLE

from .sent_requests import Unknown
from .values import LIMIT, Items, Known, Text, Value, Values, one_of, text_of

PERCENT = re.compile(r"%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?[sdifrx]")
BRACES = re.compile(r"\{(\w*)[^{}]*\}")
TEXT_METHODS = {
    "format", "lower", "upper", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix",
    "replace", "title", "capitalize",
}  # fmt: skip


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
