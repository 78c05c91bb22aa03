"""Notes with an owner. A request says who it is from by a header."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///./shelf.db"))
session_factory = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    text: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    async with session_factory() as session:
        yield session


async def current_user(x_user: Annotated[str | None, Header()] = None) -> str:
    if x_user is None:
        raise HTTPException(401, "Say who you are")
    return x_user


Db = Annotated[AsyncSession, Depends(get_db)]
Me = Annotated[str, Depends(current_user)]
app = FastAPI()


class Text(BaseModel):
    text: str


@app.get("/health")
async def health() -> str:
    return "healthy"


@app.post("/notes", status_code=201)
async def add_note(new: Text, me: Me, db: Db) -> dict[str, int]:
    note = Note(owner=me, text=new.text)
    db.add(note)
    await db.flush()
    await db.commit()
    return {"id": note.id}


@app.get("/notes")
async def list_notes(me: Me, db: Db) -> list[str]:
    asked = select(Note.text).where(Note.owner == me).order_by(Note.id)
    return list((await db.scalars(asked)).all())


@app.get("/notes/{number}")
async def read_note(number: int, me: Me, db: Db) -> str:
    note = await db.get(Note, number)
    if note is None or note.owner != me:
        raise HTTPException(404, "There is no such note")
    return note.text


@app.put("/notes/{number}")
async def change_note(number: int, new: Text, me: Me, db: Db) -> None:
    note = await db.get(Note, number)
    if note is None:
        raise HTTPException(404, "There is no such note")
    if note.owner == me:
        note.text = new.text
    await db.commit()
