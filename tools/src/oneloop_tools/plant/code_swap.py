"""Replaces the code of functions that are already there, as if their module had been imported from its new text."""

import gc
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType

OWN_FRAME = inspect.CO_OPTIMIZED | inspect.CO_NEWLOCALS  # a module or the body of a class has none
RUN_BY_OTHERS = ("__annotate__", "<generic parameters")  # functions that run once, when something is defined


class NotInPlaceError(Exception):
    """The change is in code that ran when the module was imported."""


class Functions:
    """The functions of a folder's modules, by their code."""

    def __init__(self, folder: Path) -> None:
        self._by_code: dict[CodeType, list[FunctionType]] = {}
        gc.unfreeze()  # what is frozen is not listed
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(f"{folder}/"):
                self._by_code.setdefault(each.__code__, []).append(each)
        gc.freeze()

    def find(self, file: Path, before: bytes, after: bytes) -> list[tuple[FunctionType, CodeType]]:
        """Return the functions whose code is another one in the text `after`, each with that code."""
        old, new = (compile(text, str(file), "exec", dont_inherit=True) for text in (before, after))
        found = []
        for outer, pairs in _changed(old, new):
            if outer not in self._by_code:
                raise NotInPlaceError
            for was, code in pairs:
                for function in self._by_code.get(was, ()):
                    if code is None:
                        raise NotInPlaceError
                    found.append((function, code))
        return found


Pair = tuple[CodeType, CodeType | None]  # None if nothing takes its place


def _changed(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, list[Pair]]]:
    """Yield each outermost function that has changed, with the pairs of code in it: inner functions may be there."""
    if old == new:
        return
    if _is_function(old):
        yield old, [*_pairs(old, new)]
        return
    if _own(old) != _own(new):
        raise NotInPlaceError
    for before, after in zip(_inner(old), _inner(new), strict=True):
        yield from _changed(before, after)


def _pairs(old: CodeType, new: CodeType) -> Iterator[Pair]:
    if old == new:
        return
    if _interface(old) != _interface(new):
        raise NotInPlaceError
    yield old, new
    if [each.co_name for each in _inner(old)] == [each.co_name for each in _inner(new)]:
        for before, after in zip(_inner(old), _inner(new), strict=True):
            yield from _pairs(before, after)
    else:
        yield from ((each, None) for each in _all_inner(old))


def _is_function(code: CodeType) -> bool:
    return code.co_flags & OWN_FRAME == OWN_FRAME and not code.co_name.startswith(RUN_BY_OTHERS)


def _inner(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def _all_inner(code: CodeType) -> Iterator[CodeType]:
    for each in _inner(code):
        yield each
        yield from _all_inner(each)


def _interface(code: CodeType) -> tuple[object, ...]:
    """Return what callers and frameworks have read of a function: it has to stay."""
    count = code.co_argcount + code.co_kwonlyargcount
    parameters = code.co_varnames[:count]
    return (code.co_name, code.co_flags, code.co_freevars, code.co_argcount, code.co_posonlyargcount, parameters)


def _own(code: CodeType) -> tuple[object, ...]:
    """Return what a module or a class does itself. `repr` tells 1 from True."""
    constants = ["" if isinstance(each, CodeType) else repr(each) for each in code.co_consts]
    return (code.co_name, code.co_code, code.co_names, constants)
