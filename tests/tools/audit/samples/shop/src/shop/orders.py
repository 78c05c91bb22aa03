"""Services as classes, given by dependencies without annotations; background tasks."""

import asyncio
from functools import partial

from fastapi import APIRouter, BackgroundTasks, Depends

from .database import SessionLocal
from .mail import send_receipt

router = APIRouter()
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


@router.get("", name="list_orders")
async def list_orders(service=Depends(get_service)):
    return await service.list()


@router.get("/{order_id}", name="read_order")
async def read_order(order_id: int, service=Depends(get_service)):
    return await service.list()


@router.post("/{order_id}/receipt")
async def receipt(order_id: int, tasks: BackgroundTasks):
    tasks.add_task(partial(send_receipt, order_id))
    return {}


@router.post("/lock")
async def locked():
    async with lock:
        return {}
