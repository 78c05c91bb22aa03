"""A small service: two tables, two roles, and a route whose handler each test brings."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from anyio import create_task_group
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

router = APIRouter()
starts: list[str] = []
loops: dict[str, int] = {}


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    email: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    password: Mapped[str]


class Note(Base):
    __tablename__ = "notes"
    text: Mapped[str] = mapped_column(primary_key=True)
    author_email: Mapped[str | None] = mapped_column(ForeignKey(User.email))
    author: Mapped[User | None] = relationship()


def see(place: str) -> None:
    loops[place] = id(asyncio.get_running_loop())


async def get_factory(request: Request) -> async_sessionmaker[AsyncSession]:
    see("dependency")
    factory: async_sessionmaker[AsyncSession] = request.state.factory
    return factory


Factory = Annotated[async_sessionmaker[AsyncSession], Depends(get_factory)]


async def get_session(factory: Factory) -> AsyncIterator[AsyncSession]:
    async with factory() as session, session.begin():
        yield session


def get_greeting() -> str:
    return "hello"


def get_name() -> str:
    return "world"


Session = Annotated[AsyncSession, Depends(get_session)]
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


@dataclass
class Context:
    request: Request
    session: Session
    factory: Factory
    tasks: BackgroundTasks
    greeting: Annotated[str, Depends(get_greeting)]
    name: Annotated[str, Depends(get_name)]


async def do_nothing(_: Context) -> Any: ...


handlers: list[Callable[[Context], Awaitable[Any]]] = [do_nothing]


@router.post("/run")
async def run(context: Annotated[Context, Depends()]) -> Any:
    see("handler")
    return await handlers[-1](context)


@router.post("/api/auth/login")
async def login(session: Session, body: dict[str, str]) -> dict[str, str]:
    user = await session.get_one(User, body["email"])
    return {"access_token": user.email if user.password == body["password"] else ""}


@router.delete("/notes")
async def delete_notes(session: Session, bearer: Bearer) -> None:
    if (await session.get_one(User, bearer.credentials)).role != "admin":
        raise HTTPException(403)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    see("lifespan")
    starts.append(app.state.url)
    engine = create_async_engine(app.state.url)
    async with create_task_group():  # has to be left in the task that entered it
        yield {"engine": engine, "factory": async_sessionmaker(engine), "visits": 0}
    await engine.dispose()


async def count(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    see("middleware")
    response = await call_next(request)
    async with request.state.engine.connect() as connection:
        notes = await connection.scalar(select(func.count()).select_from(Note))
    response.headers["notes"] = str(notes)
    return response


def create_app(url: str) -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    app.state.url = url
    app.dependency_overrides[get_name] = lambda: "self-test"
    app.include_router(router)
    app.middleware("http")(count)
    return app
