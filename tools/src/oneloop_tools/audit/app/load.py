"""Imports the app as the tests do. Every connection is refused meanwhile."""

import contextlib
import inspect
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from starlette.applications import Starlette

from oneloop_tools.audit.errors import AppImportError, AppNameError, ConnectingImportError, NoAppError, SeveralAppsError
from oneloop_tools.audit.sources import Sources

from .resources import listening
from .search import find_apps


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
    prepare(roots, environment)
    made = load(name)
    if not isinstance(made, Starlette) and callable(made):
        made = _make(name, made)
    if not isinstance(made, Starlette):
        raise AppNameError(name, f"has the type {type(made).__name__}, and is not a FastAPI app")
    return made


def prepare(roots: Sequence[Path], environment: dict[str, str]) -> None:
    """Let the project's modules be imported as its tests import them."""
    for root in reversed(roots):
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))
    for key, value in environment.items():
        os.environ.setdefault(key, value)


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


def needed_arguments(function: Any) -> list[str]:
    return [
        each.name
        for each in inspect.signature(function).parameters.values()
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]


def _make(name: str, function: Any) -> Any:
    if needed := needed_arguments(function):
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
