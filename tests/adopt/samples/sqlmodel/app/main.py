"""One module; its engine is made at import."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

engine = create_async_engine(os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///./notes.db"))


async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


class Tag(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str
    tag_id: int | None = Field(default=None, foreign_key="tag.id")


Session = Annotated[AsyncSession, Depends(get_session)]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield


app = FastAPI(lifespan=lifespan)


async def require_key(x_key: Annotated[str | None, Header()] = None) -> None:
    if x_key != "secret":
        raise HTTPException(401, "The key is wrong")


@app.get("/")
async def index() -> dict[str, str]:
    return {"service": "notes"}


@app.get("/notes")
async def list_notes(session: Session) -> list[Note]:
    return list((await session.exec(select(Note).order_by(Note.id))).all())


@app.post("/notes", status_code=201)
async def add_note(note: Note, session: Session) -> Note:
    session.add(note)
    await session.commit()
    return note


@app.get("/notes/{note_id}")
async def read_note(note_id: int, session: Session) -> Note:
    note = await session.get(Note, note_id)
    if note is None:
        raise HTTPException(404, "There is no such note")
    return note


@app.delete("/notes/{note_id}", status_code=204, dependencies=[Depends(require_key)])
async def delete_note(note_id: int, session: Session) -> None:
    note = await session.get(Note, note_id)
    if note is None:
        raise HTTPException(404, "There is no such note")
    await session.delete(note)
    await session.commit()


async def make_tag(name: str) -> None:
    async with AsyncSession(engine) as session:
        session.add(Tag(name=name))
        await session.commit()


@app.post("/tags", status_code=202)
async def add_tag(tag: Tag, tasks: BackgroundTasks) -> dict[str, str]:
    tasks.add_task(make_tag, tag.name)
    return {"name": tag.name}


@app.get("/tags")
async def list_tags(session: Session) -> list[Tag]:
    return list((await session.exec(select(Tag))).all())
