"""Dependencies and stores, whose annotations are strings."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Protocol

from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shop.database import SessionLocal


class Settings(BaseModel):
    API_V1_STR: str = "/api/v1"


settings = Settings()
reusable_oauth2 = OAuth2PasswordBearer(tokenUrl=f"{settings.API_V1_STR}/login")


async def get_db() -> AsyncGenerator[AsyncSession, None]:
    async with SessionLocal() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db)]
TokenDep = Annotated[str, Depends(reusable_oauth2)]


async def get_current_user(session: SessionDep, token: TokenDep) -> str:
    found = await session.scalar(text("SELECT 1"))
    if not found:
        raise HTTPException(403, "Not you")
    return token


CurrentUser = Annotated[str, Depends(get_current_user)]


async def tenant_of(session: SessionDep) -> int:
    return await session.scalar(text("SELECT 1"))


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
