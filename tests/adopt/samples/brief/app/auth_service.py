import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import User

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
