"""Functions from which the seam of an adopted service is built."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from fastapi import FastAPI
from sqlalchemy import Connection, MetaData, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from ..errors import SeamError
from ..seam import FIXTURES, Migrate
from .alembic_runner import RUNNER, Way


async def no_users(*_: object, **__: object) -> NoReturn:
    """The `create_user` of a service without roles."""
    raise SeamError("create_user", FIXTURES["create_user"])


def as_factory(app: FastAPI | Callable[[], FastAPI]) -> Callable[[Any], FastAPI]:
    """Return the seam's `create_app` for an app, or for a function that creates one."""

    def create(_settings: object) -> FastAPI:
        return app if isinstance(app, FastAPI) else app()

    return create


def create_all(metadata: MetaData) -> Migrate:
    """Return the seam's `migrate` for a service without migrations; it creates the schemas and the tables."""

    def create(connection: Connection) -> None:
        for schema in {table.schema for table in metadata.tables.values() if table.schema}:
            if connection.dialect.name == "postgresql":
                connection.execute(CreateSchema(schema, if_not_exists=True))
        metadata.create_all(connection)

    async def make(url: str, change: Callable[..., None]) -> None:
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(change)
        await engine.dispose()

    def go(url: str, revision: str = "head") -> None:
        asyncio.run(make(url, metadata.drop_all if revision == "base" else create))

    return go


def alembic(ini: Path, variable: str, driver: str) -> Migrate:
    """Return the seam's `migrate` for a service whose env.py reads the URL from `variable`, or from its parts.

    It runs in a process of its own, because the app's settings are read only once in a process. An env.py that connects
    to another database is refused.
    """

    def job(way: Way, url: str) -> str:
        shown = make_url(url).set(drivername=driver).render_as_string(hide_password=False)
        return RUNNER.run(ini, way, shown, {variable: shown})

    at_base: set[str] = set()

    def go(url: str, revision: str = "head") -> None:
        job("downgrade" if revision == "base" else "upgrade", url)
        (at_base.add if revision == "base" else at_base.discard)(url)

    def missing_steps(url: str) -> str:
        """Migrate if that is due, and return what env.py's own options find: they are in that process."""
        if url in at_base:
            go(url)
        return job("check", url)

    go.missing_steps = missing_steps  # type: ignore[attr-defined]
    return go
