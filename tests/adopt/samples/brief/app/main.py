import hashlib
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response

from app.db import User, get_db

roles_by_token: dict[str, str] = {}


class AuthService:
    @staticmethod
    def hash_password(password: str) -> str:
        return hashlib.sha256(password.encode()).hexdigest()

    @staticmethod
    async def authenticate_user(db: AsyncSession, email: str, password: str) -> User | None:
        user = await db.scalar(select(User).where(User.email == email))
        if user is None or user.hashed_password != AuthService.hash_password(password):
            return None
        return user

    @staticmethod
    def issue_token(user: User) -> str:
        token = secrets.token_urlsafe()
        roles_by_token[token] = user.role
        return token


class Credentials(BaseModel):
    email: str
    password: str


class RequestIdMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["X-Request-ID"] = secrets.token_hex(8)
        return response


app = FastAPI()
app.add_middleware(RequestIdMiddleware)
bearer = OAuth2PasswordBearer(tokenUrl="/api/auth/login")


async def require_admin(token: Annotated[str, Depends(bearer)]) -> None:
    role = roles_by_token.get(token)
    if role is None:
        raise HTTPException(401, "Invalid token")
    if role != "admin":
        raise HTTPException(403, "Only an admin may read the metrics")


@app.get("/api/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}


@app.post("/api/auth/login")
async def login(credentials: Credentials, db: Annotated[AsyncSession, Depends(get_db)]) -> dict[str, str]:
    user = await AuthService.authenticate_user(db, credentials.email, credentials.password)
    if user is None:
        raise HTTPException(401, "Wrong email or password")
    return {"access_token": AuthService.issue_token(user), "token_type": "bearer"}


@app.get("/api/metrics", dependencies=[Depends(require_admin)])
async def metrics(db: Annotated[AsyncSession, Depends(get_db)]) -> dict[str, int]:
    return {"active_users": await db.scalar(select(func.count()).select_from(User)) or 0}
