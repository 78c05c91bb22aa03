from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Response, Security
from fastapi.security import APIKeyHeader
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from shop.database import Customer, Order, get_db, get_settings

router = APIRouter(prefix="/v1")
Db = Annotated[AsyncSession, Depends(get_db)]
key_header = APIKeyHeader(name="X-API-Key", auto_error=False)


async def check_key(key: Annotated[str | None, Security(key_header)]) -> None:
    if key != get_settings().api_key:
        raise HTTPException(401, "The key is wrong")


class NewCustomer(BaseModel):
    name: str


class NewOrder(BaseModel):
    item: str
    customer: str


@router.get("/version")
async def version(response: Response) -> dict[str, int]:
    response.set_cookie("seen", "yes")
    return {"version": 1}


@router.post("/customers", status_code=201, dependencies=[Depends(check_key)])
async def add_customer(new: NewCustomer, db: Db) -> dict[str, int]:
    customer = Customer(name=new.name)
    db.add(customer)
    try:
        await db.commit()
    except IntegrityError:
        raise HTTPException(409, "That name is taken") from None
    return {"id": customer.id}


@router.post("/orders", status_code=201)
async def add_order(new: NewOrder, db: Db) -> dict[str, int]:
    customer = await db.scalar(select(Customer).where(Customer.name == new.customer))
    if customer is None:
        raise HTTPException(404, "There is no such customer")
    order = Order(item=new.item, customer_id=customer.id)
    db.add(order)
    await db.commit()
    return {"id": order.id}


@router.get("/orders")
async def list_orders(db: Db, item: str | None = None) -> list[str]:
    asked = select(Order.item).order_by(Order.id)
    if item is not None:
        asked = asked.where(Order.item == item)
    return list((await db.scalars(asked)).all())


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_async_engine(get_settings().database_url)
    app.state.session_factory = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    app.include_router(router)
    return app
