"""Sessions: the test's own, never stale, and the app's, each of them seen."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from .leaks.frames import caller, where


class FreshSession(AsyncSession):
    """The test's own session: a row it has read before is read again, never served from memory.

    Catches the false failure of an assertion on a row that a request has changed meanwhile.
    """

    async def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Return the row of that primary key as it stands in the database now, or None."""
        return await super().get(entity, ident, **{"populate_existing": True, **options})

    async def get_one(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Return the row of that primary key as it stands now; raise `NoResultFound` if none."""
        return await super().get_one(entity, ident, **{"populate_existing": True, **options})

    async def close(self) -> None:
        """Give the connection back; of one that was lost, nothing is left to give."""
        await close(self, super().close)


async def close(session: AsyncSession, ordinary: Callable[[], Awaitable[None]]) -> None:
    """Close `session` as is `ordinary`; the roll back of a connection that was lost fails."""
    try:
        await ordinary()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await session.invalidate()


class Sessions:
    """The sessions that the app opened, through the one dependency that makes them."""

    def __init__(self) -> None:
        self._opened: WeakKeyDictionary[AsyncSession, str] = WeakKeyDictionary()
        self._factories: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._seen: dict[Callable[..., Any], Callable[..., Any]] = {}

    def seen(self, dependency: Callable[..., Any]) -> Callable[..., Any]:
        """Return an override of `dependency` that calls it and sees each session it leads to.

        The pool, its listeners and the code that commits stay the app's own. The signature is
        kept, so that FastAPI resolves what the dependency itself depends on. It is one override for
        all tests: FastAPI remembers each callable that it has looked at.
        """
        if dependency not in self._seen:
            self._seen[dependency] = self._see(dependency)
        return self._seen[dependency]

    def _see(self, dependency: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(dependency):

            @functools.wraps(dependency)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                result: Awaitable[Any] = dependency(*args, **kwargs)
                return self._watch(await result)

            return awaited

        @functools.wraps(dependency)
        def called(*args: Any, **kwargs: Any) -> Any:
            return self._watch(dependency(*args, **kwargs))

        return called

    def _watch(self, factory: Any) -> Any:
        if not isinstance(factory, async_sessionmaker):
            return factory
        if factory not in self._factories:
            self._factories[factory] = async_sessionmaker(
                class_=self._watched(factory.class_), **factory.kw
            )
        return self._factories[factory]

    def _watched(self, base: type[AsyncSession]) -> type[AsyncSession]:
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
