"""Routers in a router, with dependencies that are annotated."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import text

from shop.stores import (
    Catalogue,
    CurrentUser,
    DatabaseStore,
    MemoryStore,
    SessionDep,
    Static,
    reusable_oauth2,
    tenant_of,
)

items = APIRouter()
login = APIRouter(tags=["login"])
reports = APIRouter()


class Credentials(BaseModel):
    email: str
    password: str


class NewItem(BaseModel):
    name: str


def get_memory() -> Catalogue:
    return Catalogue(MemoryStore())


@items.get("/items")
async def list_items(store: Annotated[DatabaseStore, Depends()]) -> list[str]:
    return await store.all()


@items.get("/items/static")
async def static_items(service: Annotated[Static, Depends()]) -> list[str]:
    return await service.names()


@items.get("/items/memory")
async def memory_items(service: Annotated[Catalogue, Depends(get_memory)]) -> list[str]:
    return await service.names()


@items.post("/items")
async def create_item(item: NewItem, session: SessionDep) -> NewItem:
    session.add(item)
    return item


@items.post("/tenants/items", dependencies=[Depends(tenant_of)])
async def create_for_tenant(item: NewItem) -> NewItem:
    return item


@items.get("/items/{item_id}")
async def read_item(item_id: int, user: CurrentUser) -> dict[str, str]:
    return {"user": user}


@login.post("/login/access-token", name="login")
async def access_token(credentials: Credentials, session: SessionDep) -> dict[str, str]:
    await session.execute(text("SELECT 1"))
    return {"access_token": "token"}


@reports.get("/year/{year:int}")
def report(year: int) -> dict[str, int]:
    return {"year": year}


api_router = APIRouter()
api_router.include_router(login)
api_router.include_router(items)
api_router.include_router(reports, prefix="/reports", dependencies=[Depends(reusable_oauth2)])
api_router.include_router(reports, prefix="/public-reports")
