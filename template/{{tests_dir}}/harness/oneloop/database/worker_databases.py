"""A database for each worker, cloned from one that the migrations made."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection

from .database_admin import LIMITS, administer

LOCK_TIMEOUT = "2s"
NAME_BYTES = 63
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtext(:run))")
LOCK_POLL_SECONDS = 0.02
END_CONNECTIONS = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = :name AND backend_type = 'client backend'""")
END_POLL_SECONDS = 0.002
END_POLLS = 1000
LEFT_OPEN = text("""
    SELECT state, left(query, 120) AS query FROM pg_stat_activity
    WHERE datname = :name AND state LIKE 'idle in transaction%' ORDER BY xact_start""")
# Where nothing waits for a disk, the files of a database are copied in half the time that its pages
# are logged in. Elsewhere the copy would wait for two checkpoints.
COPIES_FILES = text("""
    SELECT current_setting('fsync') = 'off'
        AND current_setting('server_version_num')::int >= 150000""")
OF_RUN = text("SELECT datname FROM pg_database WHERE position(:run in datname) > 0")


class Databases(Protocol):
    """The databases of one process of a run: named, cloned, renamed and dropped by a suffix."""

    @property
    def server(self) -> URL:
        """The URL of the base database."""
        ...

    @property
    def worker(self) -> str:
        """The worker of pytest-xdist, or `main`."""
        ...

    @property
    def limits(self) -> Mapping[str, float]:
        """How long a connection and a statement may take, as the driver takes it."""
        ...

    def name(self, suffix: str) -> str:
        """Return a database's name."""
        ...

    def url(self, suffix: str) -> str:
        """Return a database's URL, its password included."""
        ...

    async def check(self) -> None:
        """Raise `DatabaseUnreachableError` if the server cannot be used."""
        ...

    async def make_template(self, label: str, migrate: Callable[[str], None]) -> None:
        """Make and migrate a template database, unless another worker has done it."""
        ...

    async def clone(self, suffix: str, template: str) -> None:
        """Copy a template database."""
        ...

    async def rename(self, suffix: str, to: str) -> None:
        """Rename a database; open connections to it are terminated."""
        ...

    async def left_open(self, suffix: str) -> list[str]:
        """Return a line for each open transaction."""
        ...

    async def drop(self, suffix: str) -> None:
        """Drop a database, whoever is connected to it."""
        ...

    async def drop_all(self) -> None:
        """Drop every database of the run."""
        ...


@dataclass(frozen=True)
class WorkerDatabases:
    """The databases of one run on one server.

    `server` names the base database, from which all names derive; `run` tells runs apart, so that
    two of them may share the server; `worker` is pytest-xdist's, or `main`.
    """

    server: URL
    run: str
    worker: str

    @property
    def limits(self) -> Mapping[str, float]:
        """How long a connection may take, and a statement: what the driver is told."""
        return LIMITS

    def name(self, suffix: str) -> str:
        """Return the name of this run's database `suffix`."""
        tail = f"_{self.run}_{suffix}"
        return f"{str(self.server.database)[: NAME_BYTES - len(tail)]}{tail}"

    def url(self, suffix: str) -> str:
        """Return the URL of this run's database `suffix`, its password included."""
        return self.server.set(database=self.name(suffix)).render_as_string(hide_password=False)

    async def check(self) -> None:
        """Raise `DatabaseUnreachableError` when the server does not let us in."""
        async with self._administration():
            pass

    async def make_template(self, label: str, migrate: Callable[[str], None]) -> None:
        """Make and migrate the template `label`, unless another worker has done it.

        The first worker that comes does it; an advisory lock lets the others wait for it.
        """
        async with self._administration() as connection:
            # Not pg_advisory_lock: migrations take their time, and no statement may wait for ever.
            while not await connection.scalar(TRY_LOCK, {"run": self.run}):  # noqa: ASYNC110  nobody tells
                await asyncio.sleep(LOCK_POLL_SECONDS)
            try:
                await self._make_template(connection, label, migrate)
            finally:
                await connection.execute(
                    text("SELECT pg_advisory_unlock(hashtext(:run))"), {"run": self.run}
                )

    async def _make_template(
        self, connection: AsyncConnection, label: str, migrate: Callable[[str], None]
    ) -> None:
        name = self.name(label)
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if (await connection.execute(known, {"name": name})).scalar():
            return
        await self._create(connection, name, "template1")
        try:
            await asyncio.to_thread(migrate, self.url(label))
        except BaseException:
            await connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
            raise

    async def clone(self, suffix: str, template: str) -> None:
        """Copy a template; a lock forgotten in the copy is an error after two seconds, no hang."""
        name = self.name(suffix)
        async with self._administration() as connection:
            await self._create(connection, name, self.name(template))
            await connection.exec_driver_sql(
                f"ALTER DATABASE \"{name}\" SET lock_timeout = '{LOCK_TIMEOUT}'"
            )

    async def _create(self, connection: AsyncConnection, name: str, template: str) -> None:
        strategy = "STRATEGY FILE_COPY" if await connection.scalar(COPIES_FILES) else ""
        await connection.exec_driver_sql(
            f'CREATE DATABASE "{name}" TEMPLATE "{template}" {strategy}'
        )

    async def rename(self, suffix: str, to: str) -> None:
        """Give this run's database `suffix` another name; whoever is connected to it is not."""
        async with self._administration() as connection:
            # Not with a time-out given to pg_terminate_backend: it looks again after 0.1 s.
            for _ in range(END_POLLS):
                if not (
                    await connection.execute(END_CONNECTIONS, {"name": self.name(suffix)})
                ).all():
                    break
                await asyncio.sleep(END_POLL_SECONDS)
            await connection.exec_driver_sql(
                f'ALTER DATABASE "{self.name(suffix)}" RENAME TO "{self.name(to)}"'
            )

    async def left_open(self, suffix: str) -> list[str]:
        """Return a line for each transaction that is open in this run's database `suffix`."""
        async with self._administration() as connection:
            rows = await connection.execute(LEFT_OPEN, {"name": self.name(suffix)})
            return [f"a transaction, {row.state} after: {row.query!r}" for row in rows]

    async def drop(self, suffix: str) -> None:
        """Drop this run's database `suffix`, whoever is still connected to it."""
        async with self._administration() as connection:
            await connection.exec_driver_sql(
                f'DROP DATABASE IF EXISTS "{self.name(suffix)}" WITH (FORCE)'
            )

    async def drop_all(self) -> None:
        """Drop every database of this run, whichever worker made it."""
        async with self._administration() as connection:
            for (name,) in await connection.execute(OF_RUN, {"run": f"_{self.run}_"}):
                await connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _administration(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return administer(self.server)
