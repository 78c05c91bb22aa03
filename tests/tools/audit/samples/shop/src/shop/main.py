"""A factory, and code around dependencies: what is reached is not always in the tree."""

import os
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Security, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.routing import Route

from . import admin, orders, stock
from .database import add_up, open_session
from .timing import TimingMiddleware

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


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    app.add_middleware(TimingMiddleware)
    app.include_router(orders.router, prefix="/orders")
    app.include_router(stock.router, prefix="/stock")
    app.mount("/admin", admin.create_admin())
    app.mount("/static", StaticFiles(directory=os.path.dirname(__file__)))
    app.router.routes.append(Route("/robots.txt", robots))

    @app.get("/health")
    async def health(paging=Depends(pages), name=Depends(tenant)):
        return {"status": "healthy", "region": REGION}

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
