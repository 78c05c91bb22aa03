"""Finds the app without importing anything, and imports it as the tests do. Every connection is refused meanwhile."""

import ast
import contextlib
import inspect
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from starlette.applications import Starlette

from oneloop_tools.audit.errors import AppImportError, AppNameError, ConnectingImportError, NoAppError, SeveralAppsError
from oneloop_tools.audit.sources import Source, Sources, walk

from .resources import listening


class _ConnectedError(Exception):
    """Something tried to connect while the app was imported."""


def choose_app(sources: Sources, roots: Sequence[Path], skipped: Sequence[Path]) -> str:
    """Return the name of the only app in the source tree."""
    found = find_apps(sources, roots, skipped)
    if not found:
        raise NoAppError(roots)
    if len(found) > 1:
        raise SeveralAppsError([str(each) for each in found])
    return str(found[0])


def load_app(name: str, roots: Sequence[Path], environment: dict[str, str]) -> Starlette:
    """Import the app that `module:name` names, or call the function of that name."""
    for root in reversed(roots):
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))
    for key, value in environment.items():
        os.environ.setdefault(key, value)
    made = load(name)
    if not isinstance(made, Starlette) and callable(made):
        made = _make(name, made)
    if not isinstance(made, Starlette):
        raise AppNameError(name, f"has the type {type(made).__name__}, and is not a FastAPI app")
    return made


def load(name: str) -> Any:
    module, _, path = name.partition(":")
    if not module or not path:
        raise AppNameError(name, "is not written as `module:name`")
    with _refused(name):
        found: Any = import_module(module)
    for word in path.split("."):
        if not hasattr(found, word):
            raise AppNameError(name, f"does not exist: {module} has no {word!r}")
        found = getattr(found, word)
    return found


def _make(name: str, function: Any) -> Any:
    needed = [
        each.name
        for each in inspect.signature(function).parameters.values()
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    if needed:
        raise AppNameError(name, f"is a function that needs {', '.join(needed)}")
    with _refused(name):
        return function()


@contextlib.contextmanager
def _refused(name: str) -> Iterator[None]:
    """Refuse every connection, send what is printed to stderr, and explain a failure."""

    def refuse(_dialect: Any, _record: Any, arguments: Any, parameters: dict[str, Any]) -> None:
        target = parameters.get("database") or (arguments[0] if arguments else "a database")
        raise _ConnectedError(f"the database {target!r}")

    def watch(happened: str, arguments: tuple[Any, ...]) -> None:
        if watching and happened == "socket.connect":
            raise _ConnectedError(str(arguments[1]))

    watching = [True]
    sys.addaudithook(watch)
    try:
        with listening({"do_connect": refuse}), contextlib.redirect_stdout(sys.stderr):
            yield
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001  the app may raise anything, also SystemExit
        where = _own_line(error.__traceback__)
        root = next((e for e in _chain(error) if isinstance(e, _ConnectedError)), None)
        if root is not None:
            raise ConnectingImportError(name, str(root), where) from None
        raise AppImportError(name, _message(error), where) from None
    finally:
        watching.clear()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _own_line(trace: TracebackType | None) -> str:
    """Return the last line of the project itself: those below it are of libraries."""
    here = Path.cwd()
    frames = [
        f
        for f in traceback.extract_tb(trace)
        if Path(f.filename).is_relative_to(here) and "site-packages" not in f.filename
    ]
    if not frames:
        return ""
    return f" at {Path(frames[-1].filename).relative_to(here).as_posix()}:{frames[-1].lineno}"


def _message(error: BaseException) -> str:
    lines = "".join(traceback.format_exception_only(error)).strip().splitlines()
    kept = [line.strip() for line in lines if "For further information visit" not in line]
    text = "; ".join(kept) if len(kept) < 6 else f"{kept[0]}; {kept[-1]}"
    return text if len(text) <= 400 else f"{text[:400]} ..."


class Found(NamedTuple):
    """An app, or a function that returns one."""

    module: str
    name: str
    factory: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


def find_apps(sources: Sources, roots: Sequence[Path], skipped: Sequence[Path]) -> list[Found]:
    """Return the apps at the top of modules. If there is none, return the functions that make one.

    An app that is mounted in another app is part of that app.
    """
    found: list[Found] = []
    mounted: set[str] = set()
    for root in roots:
        others = [each for each in roots if each != root]
        for path in walk(root, [*skipped, *others]):
            # Most files mention no app, and parsing a big tree would take seconds.
            if not _is_test(path, root) and _mentions(path) and (source := sources.read(path)):
                found += _apps_in(source, _module(path, root))
                mounted |= set(_mounted_in(source.tree))
    found = [each for each in found if each.name not in mounted] or found
    apps = [each for each in found if not each.factory]
    return apps or found


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
