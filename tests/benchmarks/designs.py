"""The designs that are compared.

The tests themselves are the same and are not timed. Each design has a database of its own, in which
the tables are there when the first test begins.
"""

from sqlalchemy.ext.asyncio import create_async_engine

from tests.benchmarks.design import Design, autocommit_engine, insert_rows
from tests.support.shipped import PostgresWiper


class Wipe(Design):
    """Real commits, then the plugin's one statement."""

    label = "the plugin: one statement deletes every row"

    async def open(self) -> None:
        self.wiper = await PostgresWiper.open(self.url.render_as_string(hide_password=False), ())

    async def end(self) -> None:
        await self.wiper.wipe()

    async def close(self) -> None:
        await self.wiper.close()
        await super().close()


class Savepoint(Design):
    """One connection for all; what a test commits is a savepoint in a transaction undone."""

    label = "savepoint, rolled back"

    async def open(self) -> None:
        self.connection = await self.engine.connect()

    async def begin(self) -> None:
        self.outer = await self.connection.begin()
        self.savepoint = await self.connection.begin_nested()

    async def test(self) -> None:
        await insert_rows(self.metadata, self.connection)
        await self.savepoint.commit()

    async def end(self) -> None:
        await self.outer.rollback()

    async def close(self) -> None:
        await self.connection.close()
        await super().close()


class Truncate(Design):
    """Real commits, then TRUNCATE of every table, on a connection kept for it."""

    label = "TRUNCATE every table"
    tests_per_round = 2

    async def open(self) -> None:
        self.connection = await autocommit_engine(self.url).connect()
        self.statement = f"TRUNCATE {', '.join(self.metadata.tables)}"

    async def end(self) -> None:
        await self.connection.exec_driver_sql(self.statement)

    async def close(self) -> None:
        await self.connection.close()
        await super().close()


class DropAndCreate(Design):
    """The brief's way: a new engine for each test, which drops and creates every table."""

    label = "new engine, drop_all and create_all"
    tests_per_round = 1

    async def begin(self) -> None:
        self.engine = create_async_engine(self.url)
        async with self.engine.begin() as connection:
            await connection.run_sync(self.metadata.drop_all)
            await connection.run_sync(self.metadata.create_all)

    async def end(self) -> None:
        await self.engine.dispose()


class Clone(Design):
    """A database for each test, cloned from a template that has the tables."""

    label = "CREATE DATABASE … TEMPLATE"
    tests_per_round = 1

    async def open(self) -> None:
        self.connection = await autocommit_engine(self.url.set(database="postgres")).connect()
        self.name = f"{self.url.database}_clone"

    async def begin(self) -> None:
        await self.connection.exec_driver_sql(f"CREATE DATABASE {self.name} TEMPLATE {self.url.database}")
        self.engine = create_async_engine(self.url.set(database=self.name))
        # Its first connection is part of the price: no pool outlives its database.
        async with self.engine.connect():
            pass

    async def end(self) -> None:
        await self.engine.dispose()
        await self.connection.exec_driver_sql(f"DROP DATABASE {self.name}")

    async def close(self) -> None:
        await self.connection.close()
        await super().close()


class RoundTrip(Design):
    """No isolation, but one question to the server: nothing that asks it can cost less."""

    label = "one empty statement (isolates nothing)"

    async def open(self) -> None:
        self.connection = await autocommit_engine(self.url).connect()

    async def test(self) -> None:
        """Insert nothing: the rows would stay."""

    async def end(self) -> None:
        await self.connection.exec_driver_sql("SELECT 1")

    async def close(self) -> None:
        await self.connection.close()
        await super().close()


class Nothing(Design):
    """No isolation: what measuring costs."""

    label = "nothing (isolates nothing)"

    async def test(self) -> None:
        """Insert nothing: the rows would stay."""

    async def end(self) -> None:
        pass


DESIGNS = (Wipe, Savepoint, Truncate, DropAndCreate, Clone, RoundTrip, Nothing)
