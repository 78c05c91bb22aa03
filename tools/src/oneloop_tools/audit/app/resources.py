"""The resources that depend on an event loop: their kinds, and which real object is one."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple

from starlette.background import BackgroundTask

DATABASE = "database"
AUTHENTICATION = "authentication"
BACKGROUND = "background-tasks"
SERVICE = "async-service"
MIDDLEWARE = "async-middleware"
AUTHORIZATION = "authorization"  # the header
KINDS = (AUTHENTICATION, DATABASE, BACKGROUND, SERVICE, MIDDLEWARE)
# By the full name of a class or function, or by the whole package.
SQLALCHEMY = {
    "Engine", "AsyncEngine", "Connection", "AsyncConnection", "Session", "AsyncSession",
    "sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session",
    "create_engine", "create_async_engine", "AsyncSessionTransaction", "SessionTransaction",
}  # fmt: skip
DRIVERS = {
    "asyncpg", "psycopg", "psycopg2", "psycopg_pool", "aiosqlite", "sqlite3", "aiomysql", "asyncmy",
    "databases", "tortoise", "piccolo", "motor", "pymongo", "beanie",
}  # fmt: skip
# Without one of these, an app that uses SQLAlchemy has sync sessions alone.
ASYNC_DATABASES = {
    "sqlalchemy.ext.asyncio", "asyncpg", "aiosqlite", "aiomysql", "asyncmy", "databases", "tortoise", "piccolo",
    "motor", "beanie",
}  # fmt: skip
# In asyncio, what waits. In a library, what is entered by `async with`.
LOOP_BOUND = {"Lock", "Event", "Condition", "Semaphore", "BoundedSemaphore", "Queue", "Barrier"}
TASKS = {
    "create_task",
    "ensure_future",
    "TaskGroup",
    "run_coroutine_threadsafe",
    "create_task_group",
}
CONTAINERS = {"collections.abc", "typing", "types", "builtins", "contextlib"}
# What these provide belongs to the request itself, and works on any loop.
OF_THE_REQUEST = {"starlette", "fastapi", "pydantic", "asyncio", "anyio", "contextlib", "builtins"}


class Resource(NamedTuple):
    """One finding: its kind, the object that shows it, and its place in the code.

    `late`: a request that is refused for its body or its query does not get there. It is in the endpoint, or it is a
    session that has sent no statement yet. `shared`: the object exists since the import, so every loop gets this one.
    """

    kind: str
    what: str
    where: str = ""
    late: bool = False
    shared: bool = False

    def __str__(self) -> str:
        return f"{self.what} ({self.where})" if self.where else self.what


def unwrap(thing: Any) -> Any:
    """Return the function behind `partial`, `functools.wraps` and bound methods."""
    while isinstance(thing, partial):
        thing = thing.func
    try:
        thing = inspect.unwrap(thing)
    except ValueError:  # it wraps itself
        return thing
    return getattr(thing, "__func__", thing)


def package_of(thing: Any) -> str:
    """Return the top-level package of a class, a function or an object's class."""
    named = thing if isinstance(thing, type) or callable(thing) else type(thing)
    module = getattr(named, "__module__", None) or type(thing).__module__
    return module.partition(".")[0] if isinstance(module, str) else ""


def kind_of(thing: Any) -> str | None:
    """Return the kind of resource that an object, a class or a function is by itself, or None."""
    kind = thing if isinstance(thing, type) else type(thing)
    lineage = kind.__mro__ if isinstance(kind, type) else ()
    names = {f"{each.__module__.partition('.')[0]}.{each.__name__}" for each in lineage}
    if not isinstance(thing, type) and callable(thing) and hasattr(thing, "__qualname__"):
        names.add(f"{package_of(thing)}.{thing.__name__}")
    packages = {name.partition(".")[0] for name in names}
    if names & {f"sqlalchemy.{name}" for name in SQLALCHEMY} or packages & DRIVERS:
        return DATABASE
    if any(isinstance(each, type) and issubclass(each, BackgroundTask) for each in lineage):
        return BACKGROUND
    if names & {f"asyncio.{name}" for name in LOOP_BOUND} or _is_entered(kind):
        return SERVICE
    if names & {f"{package}.{name}" for package in ("asyncio", "anyio") for name in TASKS}:
        return BACKGROUND
    return None


def _is_entered(kind: Any) -> bool:
    library = "site-packages" in str(getattr(sys.modules.get(kind.__module__), "__file__", None))
    return library and hasattr(kind, "__aenter__") and package_of(kind) not in OF_THE_REQUEST


def name_of(thing: Any) -> str:
    """Return the name of a function or a class, or of the class of any other object."""
    if isinstance(thing, type) or hasattr(thing, "__qualname__"):
        return str(getattr(thing, "__qualname__", thing.__name__))
    return type(thing).__qualname__


def types_in(annotation: Any) -> set[type]:
    """Return the classes in an annotation: in a union, an iterator, `Annotated`."""
    if isinstance(annotation, type) and not getattr(annotation, "__args__", None):
        return {annotation}
    found: set[type] = set()
    origin = getattr(annotation, "__origin__", None)
    if hasattr(annotation, "__metadata__"):
        return types_in(origin)
    for each in getattr(annotation, "__args__", ()) or ():
        if each is not Ellipsis and each is not type(None):
            found |= types_in(each)
    if isinstance(origin, type) and origin.__module__ not in CONTAINERS:
        found.add(origin)
    return found


def hints_of(function: Any) -> Mapping[str, Any]:
    """Return a function's annotations as objects. One that cannot be resolved is None."""
    hints = dict(getattr(function, "__annotations__", {}))
    space = getattr(function, "__globals__", {})
    for name, hint in hints.items():
        if isinstance(hint, str):
            try:
                hints[name] = eval(hint, space)  # noqa: S307  the app's own annotation, in its module
            except Exception:  # noqa: BLE001  a name that exists for type checkers only
                hints[name] = None
    return hints


def has_sync_sessions_alone() -> bool:
    """Return whether the app that was imported has a database, and no part of it depends on an event loop."""
    return "sqlalchemy" in sys.modules and ASYNC_DATABASES.isdisjoint(sys.modules)


@contextmanager
def listening(listeners: dict[str, Callable[..., Any]]) -> Iterator[None]:
    """Call the listener of each event of an engine, by the event's name, until the block ends."""
    if not _has_sqlalchemy():
        yield
        return
    from sqlalchemy import event  # noqa: PLC0415  it may not be installed
    from sqlalchemy.engine import Engine  # noqa: PLC0415  likewise

    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def _has_sqlalchemy() -> bool:
    try:
        return find_spec("sqlalchemy") is not None
    except ValueError:  # `sys.modules` says that there is none
        return False
