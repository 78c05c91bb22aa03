from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.api.deps import CurrentUser, SessionDep, tenant_of
from app.services.items import Catalogue, DatabaseStore, MemoryStore, Static

router = APIRouter()


class NewItem(BaseModel):
    name: str


def get_memory() -> Catalogue:
    return Catalogue(MemoryStore())


@router.get("/items")
async def list_items(store: Annotated[DatabaseStore, Depends()]) -> list[str]:
    return await store.all()


@router.get("/items/static")
async def static_items(service: Annotated[Static, Depends()]) -> list[str]:
    return await service.names()


@router.get("/items/memory")
async def memory_items(service: Annotated[Catalogue, Depends(get_memory)]) -> list[str]:
    return await service.names()


@router.post("/items")
async def create_item(item: NewItem, session: SessionDep) -> NewItem:
    session.add(item)
    return item


@router.post("/tenants/items", dependencies=[Depends(tenant_of)])
async def create_for_tenant(item: NewItem) -> NewItem:
    return item


@router.get("/items/{item_id}")
async def read_item(item_id: int, user: CurrentUser) -> dict[str, str]:
    return {"user": user}
