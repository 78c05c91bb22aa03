"""A factory, and code around dependencies: what is reached is not always in the tree."""

import os
import time
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Security, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import PlainTextResponse
from fastapi.security import HTTPBasic
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Route

from . import services
from .api import api_router
from .database import SessionLocal, add_up, open_session
from .stores import settings

REGION = os.environ["SHOP_REGION"]


@asynccontextmanager
async def lifespan(app):
    yield


def pages(page: int = 1, size: int = 20):
    return {"page": page, "size": size}


async def tenant(x_tenant: str = Header("none")):
    return x_tenant


def api_key(authorization: str = Header("")):
    if authorization != "Bearer shop":
        raise HTTPException(401)


def who_asks(x_name: str = Header("nobody")):
    return x_name


async def robots(request: Request):
    return PlainTextResponse("User-agent: *")


class TimingMiddleware:
    """Wraps each request and no more."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        started = time.perf_counter()

        async def timed(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-time", str(time.perf_counter() - started).encode()))
            await send(message)

        await self.app(scope, receive, timed)


class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["X-Request-ID"] = "1"
        return response


async def add_server(request: Request, call_next):
    response = await call_next(request)
    response.headers["Server"] = "here"
    return response


class AuditTrail(BaseHTTPMiddleware):
    """Writes each request down: it asks the database itself."""

    async def dispatch(self, request, call_next):
        async with SessionLocal() as session:
            await session.commit()
        return await call_next(request)


def create_admin() -> FastAPI:
    """Return an app to mount, with routes, dependencies and middleware of its own."""
    admin = FastAPI()
    admin.add_middleware(AuditTrail)

    @admin.get("/ping")
    async def ping():
        return "pong"

    @admin.get("/users", dependencies=[Depends(HTTPBasic())])
    async def users():
        return []

    return admin


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    app.add_middleware(TimingMiddleware)
    app.add_middleware(RequestId)
    app.middleware("http")(add_server)
    app.include_router(services.orders, prefix="/orders")
    app.include_router(services.stock, prefix="/stock")
    app.include_router(api_router, prefix=settings.API_V1_STR)
    app.mount("/admin", create_admin())
    app.mount("/static", StaticFiles(directory=os.path.dirname(__file__)))
    app.router.routes.append(Route("/robots.txt", robots))

    @app.get("/health")
    async def health(paging=Depends(pages), name=Depends(tenant)):
        return {"status": "healthy", "region": REGION}

    @app.get("/health-check/")
    async def health_check() -> bool:
        return True

    @app.get("/version")
    def version():
        return {"version": "1"}

    @app.post("/echo")
    async def echo(request: Request):
        return await request.json()

    @app.get("/secret", dependencies=[Depends(api_key)])
    async def secret():
        return {}

    @app.get("/scoped")
    async def scoped(who=Security(who_asks, scopes=["orders"])):
        return who

    @app.get("/count")
    async def count():
        async with open_session() as session:
            return await session.scalar("SELECT 1")

    @app.get("/total")
    async def total():
        return await add_up()

    @app.websocket("/feed")
    async def feed(websocket: WebSocket):
        await websocket.accept()
        await websocket.send_json({})
        await websocket.close()

    return app
