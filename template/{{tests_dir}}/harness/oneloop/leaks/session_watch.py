"""The sessions that the app opens, through the one dependency that makes them."""

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ..database.sessions import close
from .code_location import caller, where


class SessionWatch:
    """The sessions that the app opened, through the one dependency that makes them."""

    def __init__(self) -> None:
        self._opened: WeakKeyDictionary[AsyncSession, str] = WeakKeyDictionary()
        self._factories: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._overrides: dict[Callable[..., Any], Callable[..., Any]] = {}

    def watch(self, dependency: Callable[..., Any]) -> Callable[..., Any]:
        """Return an override of `dependency` that calls it and sees each session it leads to.

        The pool, its listeners and the code that commits stay the app's own. The signature is
        kept, so that FastAPI resolves what the dependency itself depends on. It is one override for
        all tests: FastAPI remembers each callable that it has looked at.
        """
        if dependency not in self._overrides:
            self._overrides[dependency] = self._override(dependency)
        return self._overrides[dependency]

    def _override(self, dependency: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isasyncgenfunction(dependency):
            # It gives the session itself, as in most services: there is no factory to see.
            opening = asynccontextmanager(dependency)

            @functools.wraps(dependency)
            async def given(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
                async with opening(*args, **kwargs) as session:
                    if isinstance(session, AsyncSession):
                        self._opened[session] = getattr(dependency, "__qualname__", "a dependency")
                    yield session

            return given

        if inspect.iscoroutinefunction(dependency):

            @functools.wraps(dependency)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                result: Awaitable[Any] = dependency(*args, **kwargs)
                return self._watched_factory(await result)

            return awaited

        @functools.wraps(dependency)
        def called(*args: Any, **kwargs: Any) -> Any:
            return self._watched_factory(dependency(*args, **kwargs))

        return called

    def _watched_factory(self, factory: Any) -> Any:
        if not isinstance(factory, async_sessionmaker):
            return factory
        if factory not in self._factories:
            self._factories[factory] = async_sessionmaker(
                class_=self._watched_class(factory.class_), **factory.kw
            )
        return self._factories[factory]

    def _watched_class(self, base: type[AsyncSession]) -> type[AsyncSession]:
        opened = self._opened

        class Watched(base):  # type: ignore[misc, valid-type]  # the app's own session class
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                opened[self] = where(caller())

        Watched.__name__ = Watched.__qualname__ = base.__name__
        return Watched

    @property
    def late(self) -> bool:
        """Whether one is still in a transaction; one that is not holds nothing."""
        return any(session.in_transaction() for session in self._opened)

    async def close_open(self) -> list[str]:
        """Close the sessions still in a transaction; return a line for each."""
        leaked = [
            (session, where) for session, where in self._opened.items() if session.in_transaction()
        ]
        self._opened.clear()
        for session, _ in leaked:
            await close(session, session.close)
        return [
            f"{type(session).__name__} in an open transaction, opened at {where}"
            for session, where in leaked
        ]
