from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings
from app.core.db import get_db

reusable_oauth2 = OAuth2PasswordBearer(tokenUrl=f"{settings.API_V1_STR}/login")
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
