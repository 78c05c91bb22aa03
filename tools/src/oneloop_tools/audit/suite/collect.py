"""The tests of a suite, as pytest would collect them. Nothing of them is imported."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from oneloop_tools.audit.sources import walk

from .frames import Frame
from .marks import fixture_name
from .modules import Module
from .names import lineage
from .values import Class, Known, Library

MakeClass = Callable[[ast.ClassDef, Frame], Class]


@dataclass(frozen=True, eq=False)
class Test:
    """A test function, with all its parameters."""

    nodeid: str
    module: Module
    node: ast.FunctionDef | ast.AsyncFunctionDef
    classes: tuple[Class, ...] = ()

    @property
    def owner(self) -> Class | None:
        """The innermost class that it is in."""
        return self.classes[-1] if self.classes else None


@dataclass(frozen=True)
class NamePatterns:
    """The names of files, classes and functions that pytest collects."""

    files: Sequence[str]
    classes: Sequence[str]
    functions: Sequence[str]

    @classmethod
    def of(cls, given: Mapping[str, Sequence[str]]) -> "NamePatterns":
        """Return the patterns in pytest's settings, and its defaults for the others."""
        return cls(
            given.get("python_files", ["test_*.py", "*_test.py"]),
            given.get("python_classes", ["Test"]),
            given.get("python_functions", ["test"]),
        )

    def is_file(self, path: Path) -> bool:
        return any(fnmatch(path.name, pattern) for pattern in self.files)

    def is_class(self, name: str) -> bool:
        return _fits(name, self.classes)

    def is_function(self, name: str) -> bool:
        return _fits(name, self.functions)


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(name.startswith(each) or fnmatch(name, each) for each in patterns)


def test_files(folders: Sequence[Path], patterns: NamePatterns, skipped: Sequence[Path]) -> Iterator[Path]:
    """Yield each file that has tests once."""
    seen: set[Path] = set()
    for folder in folders:
        found = [folder] if folder.is_file() else walk(folder, skipped)
        for path in found:
            if path.resolve() not in seen and (path == folder or patterns.is_file(path)):
                seen.add(path.resolve())
                yield path


def tests_of(module: Module, patterns: NamePatterns, make_class: MakeClass) -> Iterator[Test]:
    for node in module.source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if patterns.is_function(node.name) and fixture_name(node) is None:
                yield Test(f"{module.shown}::{node.name}", module, node)
        elif isinstance(node, ast.ClassDef):
            yield from _tests_in(make_class(node, Frame(module)), (), patterns, make_class)


def _tests_in(owner: Class, above: tuple[Class, ...], patterns: NamePatterns, make_class: MakeClass) -> Iterator[Test]:
    unittest = _is_unittest(owner)
    if not unittest and (not patterns.is_class(owner.node.name) or _has(owner, "__init__")):
        return
    classes = (*above, owner)
    prefix = "::".join([classes[0].module.shown, *(each.node.name for each in classes)])
    seen: set[str] = set()
    for each in lineage(owner):
        for node in each.node.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                right = node.name.startswith("test") if unittest else patterns.is_function(node.name)
                if right and node.name not in seen and fixture_name(node) is None:
                    seen.add(node.name)
                    yield Test(f"{prefix}::{node.name}", each.module, node, classes)
            elif isinstance(node, ast.ClassDef) and each is owner and not unittest:
                inner = make_class(node, Frame(owner.module))
                yield from _tests_in(inner, classes, patterns, make_class)


def _is_unittest(owner: Class) -> bool:
    for each in lineage(owner):
        for base in each.bases:
            if isinstance(base, Library) and base.name.endswith(("TestCase",)):
                return True
            if isinstance(base, Known) and getattr(base.value, "__name__", "").endswith("TestCase"):
                return True
    return False


def _has(owner: Class, name: str) -> bool:
    nodes = (node for each in lineage(owner) for node in each.node.body)
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in nodes)
