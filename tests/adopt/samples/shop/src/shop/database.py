"""An engine made at import, as many services have it: nothing connects before it is used."""

from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("postgresql+asyncpg://shop@localhost/shop")
SessionLocal = async_sessionmaker(engine)


@asynccontextmanager
async def open_session():
    async with SessionLocal() as session:
        yield session


async def add_up():
    return sum([number async for number in numbers()])


async def numbers():
    async with engine.connect() as connection:
        yield await connection.scalar("SELECT 1")
