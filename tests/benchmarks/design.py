"""What a design is: what is done before and after a test to keep it from the next; and the tables it is tried on."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    MetaData,
    String,
    Table,
    func,
    insert,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

DIRTY_TABLES = 3


def make_schema(tables: int) -> MetaData:
    """Describe the tables, with the indexes that tables of a service have."""
    metadata = MetaData()
    for number in range(tables):
        parent = [ForeignKey(f"table_{number - 1}.id", ondelete="RESTRICT")] if number else []
        Table(
            f"table_{number}",
            metadata,
            Column("id", BigInteger, Identity(), primary_key=True),
            Column("name", String(100), unique=True, nullable=False),
            Column("created_at", DateTime(timezone=True), server_default=func.now()),
            Column("parent_id", BigInteger, *parent, index=True),
        )
    return metadata


async def insert_rows(metadata: MetaData, connection: AsyncConnection) -> None:
    """Do what each test does: a row in three tables, each row the parent of the next.

    The names are the same for every test, so that a row left over by the one before is an error.
    """
    parent = None
    for table in metadata.sorted_tables[:DIRTY_TABLES]:
        values = {"name": "name", "parent_id": parent}
        result = await connection.execute(insert(table).values(values).returning(table.c.id))
        parent = result.scalar_one()


def autocommit_engine(url: URL) -> AsyncEngine:
    """Return an engine for statements that stand outside transactions."""
    return create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


class Design(ABC):
    """One way to isolate tests; `tests_per_round` is small for those that take long."""

    label: ClassVar[str]
    tests_per_round: ClassVar[int] = 20

    def __init__(self, url: URL, metadata: MetaData) -> None:
        self.url = url
        self.metadata = metadata
        self.engine = create_async_engine(url)

    async def open(self) -> None:  # noqa: B027  # not every design has such
        """Do once what serves all tests."""

    async def begin(self) -> None:  # noqa: B027  # not every design has such
        """Do what is done before a test."""

    async def test(self) -> None:
        """Be the test: commit three rows, on the engine that the app would use."""
        async with self.engine.begin() as connection:
            await insert_rows(self.metadata, connection)

    @abstractmethod
    async def end(self) -> None:
        """Do what is done after a test."""

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


@asynccontextmanager
async def opened(design: type[Design], server: URL, metadata: MetaData) -> AsyncIterator[Design]:
    """Make the database of one design, with its tables, and drop it at the end."""
    name = f"benchmark_{design.__name__.lower()}"
    administration = autocommit_engine(server)
    async with administration.connect() as connection:
        await create_database(connection, server.set(database=name), metadata)
        one = design(server.set(database=name), metadata)
        await one.open()
        try:
            yield one
        finally:
            await one.close()
            await connection.exec_driver_sql(f"DROP DATABASE {name}")


async def create_database(connection: AsyncConnection, url: URL, metadata: MetaData) -> None:
    """Make the database at `url`, with its tables; nobody is connected to it afterwards."""
    await connection.exec_driver_sql(f"CREATE DATABASE {url.database}")
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as tables:
        await tables.run_sync(metadata.create_all)
