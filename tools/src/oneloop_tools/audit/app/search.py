"""Finds the apps of a project without importing anything; it needs nothing but the standard library."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from oneloop_tools.audit.sources import Source, Sources, walk


class Found(NamedTuple):
    """An app, or a function that returns one."""

    module: str
    name: str
    factory: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


def find_apps(sources: Sources, roots: Sequence[Path], skipped: Sequence[Path]) -> list[Found]:
    """Return the apps at the top of modules. If there is none, return the functions that make one.

    Where a library calls `FastAPI()`, these are the functions that are declared to return one. An app that is mounted
    in another app is part of that app.
    """
    found: list[Found] = []
    declared: list[Found] = []
    mounted: set[str] = set()
    for root in roots:
        others = [each for each in roots if each != root]
        for path in walk(root, [*skipped, *others]):
            # Most files mention no app, and parsing a big tree would take seconds.
            if not _is_test(path, root) and _mentions(path) and (source := sources.read(path)):
                found += _apps_in(source, _module(path, root))
                declared += _declared_in(source, _module(path, root))
                mounted |= set(_mounted_in(source.tree))
    found = [each for each in found if each.name not in mounted] or found
    apps = [each for each in found if not each.factory]
    return apps or found or declared


def _declared_in(source: Source, module: str) -> Iterator[Found]:
    names = set(_names_of_fastapi(source.tree))
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and module and ast.unparse(node.returns or ast.Constant(None)) in names:
            yield Found(module, node.name, factory=True)


def _mounted_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "mount":
            for each in (*node.args, *(keyword.value for keyword in node.keywords)):
                named = each.func if isinstance(each, ast.Call) else each
                yield ast.unparse(named).rpartition(".")[2]


def _is_test(path: Path, root: Path) -> bool:
    *folders, name = path.relative_to(root).parts
    return name == "conftest.py" or name.startswith("test_") or bool({"test", "tests"} & set(folders))


def _mentions(path: Path) -> bool:
    try:
        return b"FastAPI" in path.read_bytes()
    except OSError:
        return False


def _module(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _apps_in(source: Source, module: str) -> Iterator[Found]:
    names = set(_names_of_fastapi(source.tree))
    if not names or not module:
        return
    makers = [
        node.name
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _makes(node, names)
    ]
    for node in source.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.Call) and ast.unparse(value.func) in {*names, *makers}:
            for target in targets:
                if isinstance(target, ast.Name):
                    yield Found(module, target.id, factory=False)
    for name in makers:
        yield Found(module, name, factory=True)


def _names_of_fastapi(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("fastapi", "fastapi.applications"):
            yield from (each.asname or each.name for each in node.names if each.name == "FastAPI")
        elif isinstance(node, ast.Import):
            for each in node.names:
                if each.name == "fastapi":
                    yield f"{each.asname or each.name}.FastAPI"
        elif isinstance(node, ast.ClassDef):
            bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
            yield from (node.name for base in bases if base == "FastAPI")


def _makes(node: ast.FunctionDef | ast.AsyncFunctionDef, names: set[str]) -> bool:
    made = {
        target.id
        for each in ast.walk(node)
        if isinstance(each, ast.Assign | ast.AnnAssign)
        if isinstance(each.value, ast.Call) and ast.unparse(each.value.func) in names
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
        if isinstance(target, ast.Name)
    }
    for each in ast.walk(node):
        if isinstance(each, ast.Return) and each.value is not None:
            if isinstance(each.value, ast.Name) and each.value.id in made:
                return True
            if isinstance(each.value, ast.Call) and ast.unparse(each.value.func) in names:
                return True
    return False
