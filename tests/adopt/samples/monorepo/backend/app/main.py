from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware.base import BaseHTTPMiddleware

from app.db import Note, User, get_async_session
from app.users import UserCreate, UserRead, backend, current_user, users

app = FastAPI()
app.include_router(users.get_auth_router(backend), prefix="/auth")
app.include_router(users.get_register_router(UserRead, UserCreate), prefix="/auth")

Session = Annotated[AsyncSession, Depends(get_async_session)]
Me = Annotated[User, Depends(current_user)]


@app.middleware("http")
async def name_the_version(request, call_next):
    response = await call_next(request)
    response.headers["X-Version"] = "1"
    return response


class NewNote(BaseModel):
    text: str


@app.get("/ping")
async def ping() -> str:
    return "pong"


@app.get("/me")
async def me(user: Me) -> dict[str, str]:
    return {"email": user.email}


@app.post("/notes", status_code=201)
async def add_note(new: NewNote, user: Me, session: Session) -> dict[str, int]:
    note = Note(text=new.text, email=user.email)
    session.add(note)
    await session.commit()
    return {"id": note.id}


@app.get("/notes")
async def list_notes(user: Me, session: Session) -> list[str]:
    asked = select(Note.text).where(Note.email == user.email).order_by(Note.id)
    return list((await session.scalars(asked)).all())
