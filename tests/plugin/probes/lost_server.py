"""A suite in whose midst the server is ended, as the variable `END` says; what it was is noted in `NOTE`."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from oneloop.clients import ClientAs


async def test_one_before(admin_client: AsyncClient) -> None:
    assert (await admin_client.get("/api/users/me")).status_code == 200


async def test_that_loses_it(client_as: ClientAs, db_session: AsyncSession, _database: Any) -> None:
    admin = create_async_engine(_database.databases.url(_database.suffix, "admin"), poolclass=NullPool)
    async with admin.connect() as connection:
        folder = Path(str(await connection.scalar(text("SHOW data_directory"))))
    postmaster = int((folder / "postmaster.pid").read_text().split()[0])
    own = int(str(await db_session.scalar(text("SELECT pg_backend_pid()"))))
    Path(os.environ["NOTE"]).write_text(f"{folder}\n{postmaster} {own}")
    match os.environ["END"]:
        case "kill":
            os.kill(postmaster, signal.SIGKILL)
        case "stop":  # as `pg_ctl stop` does
            os.kill(postmaster, signal.SIGINT)
        case "crash":
            os.kill(own, signal.SIGKILL)
        case "freeze":
            os.kill(postmaster, signal.SIGSTOP)
            os.kill(own, signal.SIGSTOP)
            await db_session.scalar(text("SELECT 1"))
    await asyncio.sleep(0.3)
    assert (await (await client_as("admin")).get("/api/users/me")).status_code == 200


@pytest.mark.parametrize("number", range(8))
async def test_one_after(admin_client: AsyncClient, number: int) -> None:
    people: list[Any] = (await admin_client.get("/api/users")).json()["items"]

    assert len(people) == 3, number
