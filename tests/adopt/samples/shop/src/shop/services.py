"""Routes that ask services: classes without annotations, background tasks, other services, plain computation."""

import asyncio
from abc import ABC, abstractmethod
from functools import partial

import httpx2
from fastapi import APIRouter, BackgroundTasks, Depends

from .database import SessionLocal

orders = APIRouter()
stock = APIRouter()
levels = {"tea": 3}
lock = asyncio.Lock()


class OrderStore:
    def __init__(self, session):
        self.session = session

    async def all(self):
        return await self.session.execute("SELECT 1")


class OrderService:
    def __init__(self, store: OrderStore):
        self.store = store

    async def list(self):
        return await self.store.all()


async def get_session():
    async with SessionLocal() as session:
        yield session


def get_service(session=Depends(get_session)):
    return OrderService(OrderStore(session))


@orders.get("", name="list_orders")
async def list_orders(service=Depends(get_service)):
    return await service.list()


@orders.get("/{order_id}", name="read_order")
async def read_order(order_id: int, service=Depends(get_service)):
    return await service.list()


@orders.post("/{order_id}/receipt")
async def receipt(order_id: int, tasks: BackgroundTasks):
    tasks.add_task(partial(send_receipt, order_id))
    return {}


@orders.post("/lock")
async def locked():
    async with lock:
        return {}


def send_receipt(order_id):
    return None


def drive(client):
    """Send a request for a test: the audit does not look into the app for that."""
    return client.get("/count")


class Warehouse(ABC):
    @abstractmethod
    async def ask(self, name: str) -> int: ...


def get_warehouse() -> Warehouse:
    raise NotImplementedError


async def look_up(name):
    return levels.get(name, 0)


@stock.get("/{name}")
async def level(name: str):
    return await look_up(name)


@stock.get("/{name}/remote")
async def remote(name: str):
    async with httpx2.AsyncClient() as client:
        return (await client.get(f"http://127.0.0.1:9/{name}")).json()


@stock.get("/{name}/warehouse")
async def ask_warehouse(name: str, warehouse: Warehouse = Depends(get_warehouse)):
    return await warehouse.ask(name)
