"""A database for each worker, cloned from a template database that the migrations made."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from .database_admin import LIMITS, administer, create_extensions, refused_extension
from .kept_template import KeptTemplate
from .run_server import COMMENT, ROLE, RunServer

TEMPLATE = "template"
LOCK_TIMEOUT = "2s"
NAME_BYTES = 63
LOCK = text("SELECT pg_try_advisory_lock(hashtext(:run))")  # until the connection ends
LOCK_POLL_SECONDS = 0.02
# Copying the files is twice as fast as logging the pages, except where its two checkpoints wait for a disk.
COPIES_FILES = text("""
    SELECT current_setting('fsync') = 'off' AND current_setting('server_version_num')::int >= 150000""")
EXISTS = text("SELECT 1 FROM pg_database WHERE datname = :name")


@dataclass(frozen=True)
class WorkerDatabases:
    """The databases of one worker. Their names derive from that of `server`, and contain `run`: runs share a server."""

    limits: ClassVar[Mapping[str, float]] = LIMITS
    server: RunServer
    run: str
    worker: str  # of pytest-xdist, or `main`
    extensions: Collection[str] = ()  # that the administrator creates before the migration
    kept: KeptTemplate | None = None

    def name(self, suffix: str) -> str:
        tail = f"_{self.run}_{suffix}"
        return f"{str(self.server.admin.database)[: NAME_BYTES - len(tail)]}{tail}"

    def url(self, suffix: str, role: Literal["app", "owner", "admin"] = "app") -> str:
        url = {"app": self.server.app, "owner": self.server.owner, "admin": self.server.admin}[role]
        return url.set(database=self.name(suffix)).render_as_string(hide_password=False)

    def wiper_urls(self, suffix: str) -> list[str]:
        """Return the URLs to wipe with. A test may end the owner's connection like the app's, if they have one role."""
        owner = [self.url(suffix, "owner")] if self.server.owner == self.server.app else []
        return [*owner, self.url(suffix, "admin")]

    async def check(self) -> None:
        async with administer(self.server.admin):
            pass

    async def make_template(self, label: str, migrate: Callable[[str], None]) -> None:
        """Make and migrate a template database, unless another worker has done it."""
        async with administer(self.server.admin) as connection:
            # Not pg_advisory_lock: it would reach the time limit of a statement while another worker migrates.
            while not await connection.scalar(LOCK, {"run": self.run}):  # noqa: ASYNC110  no event tells
                await asyncio.sleep(LOCK_POLL_SECONDS)
            if not await connection.scalar(EXISTS, {"name": self.name(label)}):
                await self.server.make_roles(connection)
                await self._make_template(connection, label, migrate)

    async def _make_template(self, connection: AsyncConnection, label: str, migrate: Callable[[str], None]) -> None:
        name, kept = self.name(label), self.kept if label == TEMPLATE else None
        reused = kept.database(migrate) if kept else ""
        if reused and await connection.scalar(EXISTS, {"name": reused}):
            await self._create(connection, name, reused)
            return
        await self._create(connection, name, "template1")
        try:
            await create_extensions(self.server.admin, name, self.extensions)
            work = partial(kept.migrate, migrate) if kept else migrate
            manifest = await asyncio.to_thread(work, self.url(label, "owner"))
        except BaseException as error:
            await connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
            if refused := refused_extension(error):
                raise refused from error
            raise
        if kept and manifest:
            with suppress(OSError, RuntimeError, ValueError, DBAPIError):  # then the next run migrates as well
                await kept.keep(connection, manifest, self.server.admin)

    async def clone(self, suffix: str, template: str) -> None:
        """Copy a template database. A forgotten lock in the copy is an error after two seconds."""
        name = self.name(suffix)
        async with administer(self.server.admin) as connection:
            await self._create(connection, name, self.name(template))
            await connection.exec_driver_sql(f"ALTER DATABASE \"{name}\" SET lock_timeout = '{LOCK_TIMEOUT}'")

    async def _create(self, connection: AsyncConnection, name: str, template: str) -> None:
        strategy = "STRATEGY FILE_COPY" if await connection.scalar(COPIES_FILES) else ""
        owner = self.server.owner.username
        await connection.exec_driver_sql(f'CREATE DATABASE "{name}" OWNER "{owner}" TEMPLATE "{template}" {strategy}')
        if owner != ROLE:  # a server that other runs may use: their sweeps read the comment
            await connection.exec_driver_sql(f"COMMENT ON DATABASE \"{name}\" IS '{COMMENT}{self.run}'")

    async def drop(self, suffix: str) -> None:
        async with administer(self.server.admin) as connection:
            await connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{self.name(suffix)}" WITH (FORCE)')
