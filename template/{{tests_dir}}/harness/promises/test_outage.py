"""Promises 14 and 16: a server that is gone, or was, is known by what it says of itself."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text

from .. import administration
from ..administration import administer, read_incarnation
from ..database import DRIVER
from ..errors import DatabaseUnreachableError
from ..guard import exempt
from ..outage.errors import LostServerError, RestartedServerError
from ..outage.signs import may_be_outage
from ..postgres import PostgresServer, start_server


@pytest.fixture
async def server() -> AsyncIterator[PostgresServer]:
    """Give a server that nobody else needs."""
    started = start_server()
    with exempt():
        yield started
    started.stop()


@pytest.fixture
def url(server: PostgresServer) -> URL:
    return make_url(server.url).set(drivername=DRIVER)


async def crash(url: URL) -> None:
    """Kill the process that serves us, and ask it once more."""
    async with administer(url) as connection:
        own = await connection.scalar(text("SELECT pg_backend_pid()"))
        os.kill(int(str(own)), signal.SIGKILL)
        await connection.execute(text("SELECT 1"))


@pytest.mark.blocking("starts and stops a server of its own")
async def test_a_server_that_crashed_is_another_and_one_that_is_gone_is_told_of(
    server: PostgresServer, url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both with what it wrote. One test: a server takes half a second to start."""
    before = await read_incarnation(url)
    assert await read_incarnation(url) == before

    if sys.platform != "win32":  # which has no signal that is a crash
        with pytest.raises(DatabaseUnreachableError) as lost:
            await crash(url)

        assert may_be_outage(lost.value)
        assert await read_incarnation(url) != before
        assert "was terminated by signal 9" in str(RestartedServerError("test_it", server.log))

    monkeypatch.setattr(administration, "ABSENT_SECONDS", 0.1)
    log = tmp_path / "log"
    log.write_text(server.log.read_text())
    server.stop()

    with pytest.raises(DatabaseUnreachableError) as absent:
        await read_incarnation(url)

    said = str(LostServerError("test_it", str(url), absent.value.reason, log))
    assert "went away while test_it ran, and does not answer: " in said
    assert "database system is ready to accept connections" in said
    assert "Run the tests again: that starts a new one." in said
