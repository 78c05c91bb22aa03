"""The functions that have to do with a line that runs at import: the decorated one, or those that name the class."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from oneloop_tools.convert.syntax import parse

from .places import Bug

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Function:
    path: str
    lines: range
    words: frozenset[str]


class Related:
    def __init__(self, functions: Iterable[Function]) -> None:
        self._functions = [*functions]

    @classmethod
    def read(cls, root: Path, paths: Iterable[str]) -> "Related":
        return cls(function for path in paths for function in _functions_in(root, path))

    def lines(self, bug: Bug) -> Iterator[tuple[int, str, int]]:
        """Yield lines with their path, and a number that is lower for a closer relation."""
        names = {bug.scope.rpartition(".")[2] or bug.name}
        for each in self._functions:
            if each.path == bug.path and bug.line in each.lines:
                yield from ((0, each.path, line) for line in each.lines)
            elif names & each.words:
                distance = 1 if bug.name in each.words else 2
                yield from ((distance, each.path, line) for line in each.lines)


def _functions_in(root: Path, path: str) -> Iterator[Function]:
    content = (root / path).read_bytes()
    lines = content.decode("utf-8", "replace").splitlines()
    for node, of_class in _definitions(parse(content), ""):
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        found = range(first, (node.end_lineno or first) + 1)
        words = WORD.findall("\n".join(lines[first - 1 : found[-1]]))
        yield Function(path, found, frozenset([*words, of_class]))


def _definitions(node: ast.AST, of_class: str) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    """Yield each function with the class that it is in."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            yield each, of_class
        yield from _definitions(each, each.name if isinstance(each, ast.ClassDef) else of_class)
