"""A database for each worker, cloned from one that the migrations made."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection

from .administration import administer, read_incarnation

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


@dataclass(frozen=True)
class Databases:
    """The databases of one run on one server.

    `server` names the base database, from which all names derive; `run` tells runs apart, so that
    two of them may share the server; `worker` is pytest-xdist's, or `main`.
    """

    server: URL
    run: str
    worker: str

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

    async def drop_earlier(self) -> None:
        """Drop the databases of earlier runs that nobody is connected to."""
        earlier = text(
            "SELECT datname FROM pg_database d WHERE datname ~ :pattern AND NOT EXISTS "
            "(SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)"
        )
        pattern = f"^{re.escape(str(self.server.database))}_[0-9a-f]{{8}}_"
        async with self._administration() as connection:
            for name in (await connection.scalars(earlier, {"pattern": pattern})).all():
                await connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}"')

    async def drop(self, suffix: str) -> None:
        """Drop this run's database `suffix`, whoever is still connected to it."""
        async with self._administration() as connection:
            await connection.exec_driver_sql(
                f'DROP DATABASE IF EXISTS "{self.name(suffix)}" WITH (FORCE)'
            )

    async def drop_all(self, *, keep_rows: bool) -> None:
        """Drop every database of this run, whichever worker made it, but those with kept rows."""
        async with self._administration() as connection:
            for (name,) in await connection.execute(OF_RUN, {"run": f"_{self.run}_"}):
                if keep_rows and name.startswith(self.name(self.worker)):
                    continue
                await connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def incarnation(self) -> str:
        """Return what differs after each restart of the server; wait for one that comes back."""
        return await read_incarnation(self.server)

    def _administration(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return administer(self.server)
