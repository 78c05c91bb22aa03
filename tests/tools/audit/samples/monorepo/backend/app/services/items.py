from __future__ import annotations

from typing import Protocol

from sqlalchemy import text

from app.api.deps import SessionDep


class Store(Protocol):
    async def all(self) -> list[str]: ...


class MemoryStore:
    async def all(self) -> list[str]:
        return ["one"]


class DatabaseStore:
    def __init__(self, session: SessionDep) -> None:
        self.session = session

    async def all(self) -> list[str]:
        return list(await self.session.scalars(text("SELECT 'one'")))


class Catalogue:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def names(self) -> list[str]:
        return await self._store.all()


class Static:
    async def names(self) -> list[str]:
        return ["always", "the", "same"]
