import uuid
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Note, User, get_async_session, get_user_db

SECRET = "a secret that is long enough for the tests"


class UserRead(schemas.BaseUser[uuid.UUID]):
    pass


class UserCreate(schemas.BaseUserCreate):
    pass


class UserManager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    reset_password_token_secret = SECRET
    verification_token_secret = SECRET


async def get_user_manager(user_db: Annotated[object, Depends(get_user_db)]):
    yield UserManager(user_db)


def get_strategy() -> JWTStrategy:
    return JWTStrategy(secret=SECRET, lifetime_seconds=600)


backend = AuthenticationBackend("jwt", BearerTransport(tokenUrl="auth/login"), get_strategy)
users = FastAPIUsers[User, uuid.UUID](get_user_manager, [backend])
current_user = users.current_user(active=True)

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
