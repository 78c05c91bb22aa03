"""What the seam of a service that adopts the harness is made of."""

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
    """Alembic ended with an error, or went to a database that is not the one to be migrated."""

    def __init__(self, command: str, said: str) -> None:
        super().__init__(
            f"`{command}` failed on the test database. It said:\n{said}\n"
            "The harness gives it the URL in the variable that tests/seam.py names: "
            "migrations/env.py has to read it from there. See docs/testing/migration.md."
        )


async def no_users(*_: object, **__: object) -> NoReturn:
    """Be the `create_user` of a service without roles, which nobody calls."""
    raise SeamError("create_user", FIXTURES["create_user"])


def as_factory(app: FastAPI | Callable[[], FastAPI]) -> Callable[[Any], FastAPI]:
    """Return the `create_app` of the seam, for an app that is there or for what makes one."""

    def create(_settings: object) -> FastAPI:
        return app if isinstance(app, FastAPI) else app()

    return create


def create_all(metadata: MetaData) -> Migrate:
    """Return the `migrate` of a service without migrations: its tables are those of the models."""

    async def make(url: str, change: Callable[..., None]) -> None:
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(change)
        await engine.dispose()

    def go(url: str, revision: str = "head") -> None:
        asyncio.run(make(url, metadata.drop_all if revision == "base" else metadata.create_all))

    return go


def alembic(ini: Path, variable: str, driver: str) -> Migrate:
    """Return the `migrate` of a service whose env.py reads the URL from `variable`.

    In a process of its own, since settings once read stay as they are. There a guard refuses
    every other database before it is reached, so that an env.py which reads its URL elsewhere
    is an error, and no migration of the wrong one.
    """

    def go(url: str, revision: str = "head") -> None:
        way = "downgrade" if revision == "base" else "upgrade"
        command = [sys.executable, "-m", "oneloop.adopted.alembic_process", str(ini), way, revision]
        done = subprocess.run(  # noqa: S603  our own module, by this interpreter
            [*command, variable, driver],
            cwd=ini.parent,
            env={**os.environ, variable: url},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()[-12:]
            raise MigrationError(f"alembic {way} {revision}", "\n".join(said))

    return go
