"""The life of a test run: its server starts before the first test and stops after the last."""

import asyncio
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import pytest

from .config import CONFIG
from .database.engine_guard import exempt
from .errors import OneloopError
from .test_run import RUN, TestRun

WORKER_INPUT = "oneloop"


def pytest_configure(config: pytest.Config) -> None:
    """Make the test run, and start to watch every engine."""
    given = getattr(config, "workerinput", {}).get(WORKER_INPUT, {})
    run = config.stash.get(RUN, None)  # an existing suite has made it before its app was imported
    if run is None:
        run = config.stash[RUN] = TestRun(config.stash[CONFIG], **given)
    run.open.enter_context(run.guard.installed())
    run.open.enter_context(run.sql_log.recorded())


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the server start while pytest collects."""
    run = session.config.stash[RUN]
    if run.server_url is not None or session.config.option.collectonly:
        return
    try:
        run.source.start()
        if not run.source.embedded:
            with exempt():
                asyncio.run(run.connect().check())
    except OneloopError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist which run it belongs to, and where the server is."""
    run = node.config.stash[RUN]
    node.workerinput[WORKER_INPUT] = {
        "id": run.id,
        "worker": node.workerinput["workerid"],
        "server_url": run.connect().server.render_as_string(hide_password=False),
        "server_log": run.log and str(run.log),
    }


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Report the plugin's version and where the database comes from."""
    lines = [
        f"oneloop {version('oneloop-vendored')}: {config.stash[RUN].source.described}, one loop"
    ]
    if config.getoption("live"):
        lines.append("oneloop: --live, every async client goes through uvicorn on loopback")
    return lines


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop what the run made on a given server, and stop an embedded one."""
    run = config.stash.get(RUN, None)
    if run is None:
        return
    run.open.close()
    if run.server_url is None:
        if run.source.usable and not run.source.embedded:
            with suppress(OneloopError):  # one that cannot be reached was reported at the start
                asyncio.run(run.connect().drop_all())
        run.source.stop()
