"""Promises 14, 16 and 17: a server that crashed, or went with its run, is known for what it is."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import PIPE
from typing import NamedTuple

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import pytest
from sqlalchemy import URL, make_url, text

from .. import administration
from ..administration import administer, read_incarnation
from ..database import DRIVER
from ..errors import DatabaseUnreachableError
from ..guard import exempt
from ..outage.errors import LostServerError, RestartedServerError
from ..outage.signs import may_be_outage

HARNESS = Path(__file__).parents[1]
# From the harness's own folder: its package imports the app's libraries, and `postgres` none.
STARTS = (
    "import sys; sys.path.append(sys.argv[1]); from postgres import start_server;"
    "server = start_server(); print(server.url, server.log, sep='\\n', flush=True);"
    "sys.stdin.read()"
)


class Run(NamedTuple):
    """A process that started a server which nobody else needs."""

    process: asyncio.subprocess.Process
    url: URL
    log: Path


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STARTS, str(HARNESS)), stdin=PIPE, stdout=PIPE
    )
    try:
        assert process.stdout is not None
        url, log = [
            (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
            for _ in range(2)
        ]
        with exempt():
            yield Run(process, make_url(url).set(drivername=DRIVER), Path(log))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def crash(url: URL) -> None:
    """Kill the process that serves us, and ask it once more."""
    async with administer(url) as connection:
        own = await connection.scalar(text("SELECT pg_backend_pid()"))
        os.kill(int(str(own)), signal.SIGKILL)
        await connection.execute(text("SELECT 1"))


async def ends(url: URL) -> bool:
    """Wait until no server lets us in, 20 s at most, and tell whether that is so."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    for _ in range(2000):
        try:
            await (await asyncpg.connect(address)).close()
        except (OSError, asyncpg.PostgresError):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_server_that_crashed_is_another_and_goes_with_a_run_that_is_killed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are told of with what it wrote. One test: a server takes half a second to start."""
    before = await read_incarnation(run.url)
    assert await read_incarnation(run.url) == before

    if sys.platform != "win32":  # which has no signal that is a crash
        with pytest.raises(DatabaseUnreachableError) as lost:
            await crash(run.url)

        assert may_be_outage(lost.value)
        assert await read_incarnation(run.url) != before
        assert "was terminated by signal 9" in str(RestartedServerError("test_it", run.log))

    monkeypatch.setattr(administration, "ABSENT_SECONDS", 0.1)
    log = tmp_path / "log"
    log.write_text(run.log.read_text())
    run.process.kill()
    await run.process.wait()
    assert await ends(run.url)

    with pytest.raises(DatabaseUnreachableError) as absent:
        await read_incarnation(run.url)

    said = str(LostServerError("test_it", str(run.url), absent.value.reason, log))
    assert "went away while test_it ran, and does not answer: " in said
    assert "database system is ready to accept connections" in said
    assert "Run the tests again: that starts a new one." in said
