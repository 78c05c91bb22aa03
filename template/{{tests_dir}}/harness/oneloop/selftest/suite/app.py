"""A small service: two tables, two roles, a route whose handler each test brings, and who may call which route."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from anyio import create_task_group
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import HTTPBearer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from oneloop.access import Access, Call

LOGIN = Call(json={"email": "a@test.com"})
ACCESS = {
    "POST /run": Access(anonymous=200, admin=200, writer=200),
    "POST /api/auth/login": Access(anonymous=200, admin=200, writer=200, call=LOGIN),
    "DELETE /notes": Access(anonymous=401, admin=200, writer=403),
}


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    email: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    password: Mapped[str]


class Note(Base):
    __tablename__ = "notes"
    text: Mapped[str] = mapped_column(primary_key=True)


async def see(place: str) -> None:
    loops[place] = id(asyncio.get_running_loop())


async def get_factory(request: Request) -> async_sessionmaker[AsyncSession]:
    await see("dependency")
    return request.state.factory  # type: ignore[no-any-return]  # Starlette's state is Any


async def get_session(factory: "Factory") -> AsyncIterator[AsyncSession]:
    async with factory() as session, session.begin():
        yield session


def get_greeting() -> str:
    return "hello"


Factory = Annotated[async_sessionmaker[AsyncSession], Depends(get_factory)]
Session = Annotated[AsyncSession, Depends(get_session)]


@dataclass
class Context:
    request: Request
    session: Session
    factory: Factory
    tasks: BackgroundTasks
    greeting: Annotated[str, Depends(get_greeting)]


router = APIRouter()
starts: list[str] = []
loops: dict[str, int] = {}
Handler = Callable[[Context], Awaitable[Any]]
handlers: list[Handler] = [lambda _: asyncio.sleep(0)]


@router.post("/run")
async def run(context: Annotated[Context, Depends()]) -> Any:
    await see("handler")
    return await handlers[-1](context)


@router.post("/api/auth/login")
async def login(body: dict[str, str]) -> dict[str, str]:
    return {"access_token": body["email"]}


@router.delete("/notes")
async def delete_notes(session: Session, bearer: Annotated[Any, Depends(HTTPBearer())]) -> None:
    if (await session.get_one(User, bearer.credentials)).role != "admin":
        raise HTTPException(403)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    await see("lifespan")
    starts.append(app.state.url)
    engine = create_async_engine(app.state.url)
    async with create_task_group():  # has to be left in the task that entered it
        yield {"engine": engine, "factory": async_sessionmaker(engine), "visits": 0}
    await engine.dispose()


async def count(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    await see("middleware")
    response = await call_next(request)
    async with request.state.engine.connect() as connection:
        response.headers["notes"] = str(await connection.scalar(select(func.count(Note.text))))
    return response


def create_app(url: str) -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    app.state.url = url
    app.dependency_overrides[get_greeting] = lambda: "the app's own"
    app.include_router(router)
    app.middleware("http")(count)
    return app
