"""Promises 16 and 17: PostgreSQL is real, or refused with a cure, and goes with the run."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ..postgres import PostgresUnavailable, start_server

HARNESS = Path(__file__).parents[1]
# From the harness's own folder: its package imports the app's libraries, and `postgres` none.
STARTS = (
    "import sys; sys.path.append(sys.argv[1]); from postgres import start_server;"
    "print(start_server().url, flush=True); sys.stdin.read()"
)


async def test_it_is_postgresql(db_session: AsyncSession) -> None:
    assert str(await db_session.scalar(text("SELECT version()"))).startswith("PostgreSQL ")


def test_where_none_can_be_had_it_is_refused_with_a_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGBIN", str(tmp_path))

    with pytest.raises(PostgresUnavailable) as refusal:
        start_server()

    assert f"PGBIN: {tmp_path}" in str(refusal.value)
    assert "Set PGBIN to the folder of PostgreSQL's programs, or unset it" in str(refusal.value)


async def test_it_does_not_outlive_a_run_that_was_killed() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STARTS, str(HARNESS)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    url = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
    await (await asyncpg.connect(url)).close()

    process.kill()
    await process.wait()

    assert await ends(url)


async def ends(url: str) -> bool:
    """Wait until no server lets us in, 20 s at most, and tell whether that is so."""
    for _ in range(2000):
        try:
            await (await asyncpg.connect(url)).close()
        except (OSError, asyncpg.PostgresError):
            return True
        await asyncio.sleep(0.01)
    return False
