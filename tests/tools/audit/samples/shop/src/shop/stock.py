"""Calls to other services; plain computation that is async for no reason."""

from abc import ABC, abstractmethod

import httpx2
from fastapi import APIRouter, Depends

router = APIRouter()
levels = {"tea": 3}


class Warehouse(ABC):
    @abstractmethod
    async def ask(self, name: str) -> int: ...


def get_warehouse() -> Warehouse:
    raise NotImplementedError


async def look_up(name):
    return levels.get(name, 0)


@router.get("/{name}")
async def level(name: str):
    return await look_up(name)


@router.get("/{name}/remote")
async def remote(name: str):
    async with httpx2.AsyncClient() as client:
        return (await client.get(f"http://127.0.0.1:9/{name}")).json()


@router.get("/{name}/warehouse")
async def ask_warehouse(name: str, warehouse: Warehouse = Depends(get_warehouse)):
    return await warehouse.ask(name)
