"""The life of a test run: its server starts while pytest collects and stops at the end."""

import asyncio
import gc
import os
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import pytest

from .config import CONFIG, ProjectConfig
from .database.engine_guard import exempt
from .errors import OneloopError
from .test_run import RUN, TestRun

WORKER = "PYTEST_XDIST_WORKER"
WORKER_INPUT = "oneloop"


def start_early(config: pytest.Config, project: ProjectConfig) -> None:
    """Start the embedded server before pytest imports the app, which takes about as long."""
    options = config.known_args_namespace
    idle = options.collectonly or options.help or options.version or WORKER in os.environ
    run = TestRun(project)
    if run.source.embedded and not idle:
        config.stash[RUN] = run
        config.add_cleanup(run.source.stop)
        run.source.start()


def pytest_configure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is None:
        worker_input = getattr(config, "workerinput", {}).get(WORKER_INPUT, {})
        run = config.stash[RUN] = TestRun(config.stash[CONFIG], **worker_input)
    run.resources.enter_context(run.guard.installed())
    run.resources.enter_context(run.sql_log.recorded())


def pytest_sessionstart(session: pytest.Session) -> None:
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


def pytest_collection_finish() -> None:
    # What was imported lives as long as the run, and each full collection would visit it: half a second in each run.
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the run and its server to a worker of pytest-xdist."""
    run = node.config.stash[RUN]
    node.workerinput[WORKER_INPUT] = {
        "id": run.id,
        "worker": node.workerinput["workerid"],
        "server_url": run.connect().server.render_as_string(hide_password=False),
        "server_log": run.log and str(run.log),
    }


def pytest_report_header(config: pytest.Config) -> list[str]:
    source = config.stash[RUN].source
    lines = [f"oneloop {version('oneloop-vendored')}: {source.described}, one loop"]
    if config.getoption("live"):
        lines.append("oneloop: --live, every async client goes through uvicorn on loopback")
    answers = config.rootpath / ".copier-answers.yml"
    if answers.is_file() and "\n_commit: " not in answers.read_text("utf-8", "replace"):
        lines.append(f"oneloop: {answers.name} names no release, so no update can come. See: uv run oneloop update")
    return lines


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is None:
        return
    run.resources.close()
    if run.server_url is None:
        if run.source.usable and not run.source.embedded:
            with suppress(OneloopError):  # a server that is gone was reported before
                asyncio.run(run.connect().drop_all())
        run.source.stop()
