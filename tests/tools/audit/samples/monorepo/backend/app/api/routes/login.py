from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from app.api.deps import SessionDep

router = APIRouter(tags=["login"])


class Credentials(BaseModel):
    email: str
    password: str


@router.post("/login/access-token", name="login")
async def login(credentials: Credentials, session: SessionDep) -> dict[str, str]:
    await session.execute(text("SELECT 1"))
    return {"access_token": "token"}
