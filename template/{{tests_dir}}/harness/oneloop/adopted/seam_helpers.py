"""Functions from which the seam of an adopted service is built."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from fastapi import FastAPI
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ..errors import OneloopError, SeamError
from ..seam import FIXTURES, Migrate


class MigrationError(OneloopError):
    def __init__(self, command: str, output: str) -> None:
        super().__init__(
            f"`{command}` failed on the test database. It reports:\n{output}\n"
            "migrations/env.py must read the URL from the environment variable that tests/seam.py "
            "names. See docs/testing/migration.md."
        )


async def no_users(*_: object, **__: object) -> NoReturn:
    """The `create_user` of a service without roles."""
    raise SeamError("create_user", FIXTURES["create_user"])


def as_factory(app: FastAPI | Callable[[], FastAPI]) -> Callable[[Any], FastAPI]:
    """Return the seam's `create_app` for an app, or for a function that creates one."""

    def create(_settings: object) -> FastAPI:
        return app if isinstance(app, FastAPI) else app()

    return create


def create_all(metadata: MetaData) -> Migrate:
    """Return the seam's `migrate` for a service without migrations; it creates the tables."""

    async def make(url: str, change: Callable[..., None]) -> None:
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(change)
        await engine.dispose()

    def go(url: str, revision: str = "head") -> None:
        asyncio.run(make(url, metadata.drop_all if revision == "base" else metadata.create_all))

    return go


def alembic(ini: Path, variable: str, driver: str) -> Migrate:
    """Return the seam's `migrate` for a service whose env.py reads the URL from `variable`.

    It runs in a process of its own, because the app's settings are read only once in a process. An env.py that connects
    to another database is refused.
    """

    def go(url: str, revision: str = "head") -> None:
        way = "downgrade" if revision == "base" else "upgrade"
        command = [sys.executable, "-m", "oneloop.adopted.alembic_process", str(ini), way, revision]
        done = subprocess.run(  # noqa: S603  our own module
            [*command, variable, driver],
            cwd=ini.parent,
            env={**os.environ, variable: url},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            output = (done.stderr or done.stdout).strip().splitlines()[-12:]
            raise MigrationError(f"alembic {way} {revision}", "\n".join(output))

    return go
