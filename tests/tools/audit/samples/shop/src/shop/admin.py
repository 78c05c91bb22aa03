"""A mounted app with routes, dependencies and middleware of its own."""

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBasic
from starlette.middleware.base import BaseHTTPMiddleware

from .database import SessionLocal


class AuditTrail(BaseHTTPMiddleware):
    """Writes each request down: it asks the database itself."""

    async def dispatch(self, request, call_next):
        async with SessionLocal() as session:
            await session.commit()
        return await call_next(request)


def create_admin() -> FastAPI:
    admin = FastAPI()
    admin.add_middleware(AuditTrail)

    @admin.get("/ping")
    async def ping():
        return "pong"

    @admin.get("/users", dependencies=[Depends(HTTPBasic())])
    async def users():
        return []

    return admin
