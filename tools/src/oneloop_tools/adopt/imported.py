"""What the app is once it is imported, in the project's process: the app, the tables, the engines and their URLs."""

import gc
import inspect
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette

from oneloop_tools.audit.app.load import load, load_app, needed_arguments, prepare
from oneloop_tools.audit.errors import AppImportError, AppNameError, ConnectingImportError
from oneloop_tools.audit.sources import is_module


def confirm(asked: dict[str, Any]) -> dict[str, Any]:
    """Import the app as the tests do, and look at it."""
    roots = [Path(each) for each in asked["roots"]]
    found: dict[str, Any] = {"is_importable": find_spec(asked["app"].partition(":")[0].partition(".")[0]) is not None}
    try:
        found |= _app(asked["app"], roots, asked["environment"])
    except ConnectingImportError as error:
        return {"error": {"kind": "connects", "text": str(error).partition(". The audit")[0]}}
    except AppImportError as error:
        missing = next((each for each in _chain(error) if isinstance(each, ModuleNotFoundError)), None)
        is_own = missing is None or any(is_module(root, (missing.name or "").partition(".")[0]) for root in roots)
        return {"error": {"kind": "import" if is_own else "module", "text": _needs(error) or _short(error.what)}}
    except AppNameError as error:
        return {"error": {"kind": "name", "text": str(error).partition(" Write --app")[0]}}
    found["tables"] = _try(lambda: len(load(asked["metadata"]).tables)) if asked["metadata"] else None
    found["session"] = _try(lambda: _kind(load(asked["session_dependency"]))) if asked["session_dependency"] else None
    found["engines"] = _engines()
    return found


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _needs(error: AppImportError) -> str:
    """Return the message with the name of each setting that pydantic misses, where there are several."""
    wrong = next((each for each in _chain(error) if isinstance(each, ValidationError)), None)
    missing = [".".join(map(str, each["loc"])) for each in wrong.errors() if each["type"] == "missing"] if wrong else []
    return f"{error.what.partition('; ')[0]}; required are {', '.join(missing)}" if len(missing) > 1 else ""


def _short(text: str) -> str:
    """Return a message of pydantic without its codes and without the values, which may be secret."""
    return re.sub(
        r"(\w+); Field required \[type=[^;]*", r"\1 is required", re.sub(r" \[type=(?!missing)[^;]*", "", text)
    )


def _app(name: str, roots: list[Path], environment: dict[str, str]) -> dict[str, Any]:
    prepare(roots, environment)
    made = load(name)
    if not isinstance(made, Starlette) and callable(made) and (needed := needed_arguments(made)):
        return {"app": "function", "needs": needed}
    app = load_app(name, roots, environment)
    return {"app": type(app).__name__, "needs": [], "routes": len(app.routes)}


def _kind(dependency: Any) -> str:
    if inspect.isasyncgenfunction(dependency) or inspect.isgeneratorfunction(dependency):
        return "generator"
    return "function" if callable(dependency) else type(dependency).__name__


def _try(look: Any) -> Any:
    """Return None for what cannot be imported: the report then says that it is not confirmed."""
    try:
        return look()
    except Exception:  # noqa: BLE001  the project's own code may raise anything
        return None


def _engines() -> list[dict[str, Any]]:
    """Return the URLs of the engines that exist. They never connected."""
    module = sys.modules.get("sqlalchemy.engine")
    if module is None:
        return []
    found = []
    for each in gc.get_objects():
        if issubclass(type(each), module.Engine):
            url = each.url
            found.append({"driver": url.drivername, "host": url.host, "port": url.port, "database": url.database})
    return found
