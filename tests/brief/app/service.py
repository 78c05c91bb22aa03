"""The brief's service in one file: users who log in, and metrics that only an admin may read.

Nothing is wrong with it: what fails is the way the tests in this folder reach it. Passwords and
tokens are kept simple, for they are not the point: see the emitted service for real ones.
"""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    hashed_password: Mapped[str]


class Credentials(BaseModel):
    email: str
    password: str


def hash_password(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, AsyncEngine]]:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    yield {"engine": engine}
    await engine.dispose()


async def get_db(request: Request) -> AsyncIterator[AsyncSession]:
    """A session of production; the brief's tests put their own in its place."""
    async with AsyncSession(request.state.engine) as session:
        yield session


async def authenticate_user(db: AsyncSession, email: str, password: str) -> User | None:
    user = await db.scalar(select(User).where(User.email == email))
    if user is None or user.hashed_password != hash_password(password):
        return None
    return user


class RequestIdMiddleware(BaseHTTPMiddleware):
    """The kind of middleware that the brief's error message names."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["X-Request-ID"] = secrets.token_hex(8)
        return response


app = FastAPI(lifespan=lifespan)
app.add_middleware(RequestIdMiddleware)
roles_by_token: dict[str, str] = {}
bearer = OAuth2PasswordBearer(tokenUrl="/api/auth/login")


def require_admin(token: Annotated[str, Depends(bearer)]) -> None:
    role = roles_by_token.get(token)
    if role is None:
        raise HTTPException(401, "Invalid token")
    if role != "admin":
        raise HTTPException(403, "Only an admin may read the metrics")


@app.get("/api/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}


@app.post("/api/auth/login")
async def login(
    credentials: Credentials, db: Annotated[AsyncSession, Depends(get_db)]
) -> dict[str, str]:
    user = await authenticate_user(db, credentials.email, credentials.password)
    if user is None:
        raise HTTPException(401, "Wrong email or password")
    token = secrets.token_urlsafe()
    roles_by_token[token] = user.role
    return {"access_token": token, "token_type": "bearer"}


@app.get("/api/metrics", dependencies=[Depends(require_admin)])
async def metrics(db: Annotated[AsyncSession, Depends(get_db)]) -> dict[str, int]:
    return {"active_users": await db.scalar(select(func.count()).select_from(User)) or 0}
