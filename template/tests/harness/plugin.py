"""The hooks: the server, the guard and the statements live as long as the run."""

import asyncio
from contextlib import suppress
from types import ModuleType
from typing import Any, cast

import pytest

from .diagnosis import report as diagnosis
from .errors import HarnessError
from .guard import exempt
from .run import RUN, Run
from .settings_check import check_settings, check_versions

WORKER_INPUT = "harness"

# The parts that have hooks of their own; pytest calls them as it calls these here.
PARTS: tuple[ModuleType, ...] = (diagnosis,)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the harness's options to `pytest --help`, in a group of their own."""
    parser.getgroup("harness", "the harness of tests/harness/")


def pytest_configure(config: pytest.Config) -> None:
    """Check what the harness needs, and begin to watch every engine."""
    check_versions()
    check_settings(config)
    given = getattr(config, "workerinput", None)
    run = config.stash[RUN] = Run(**given[WORKER_INPUT]) if given else Run()
    run.watching.enter_context(run.isolation.guard.installed())
    run.watching.enter_context(run.isolation.statements.recorded())
    for part in PARTS:
        config.pluginmanager.register(part)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the server start while pytest collects."""
    run = session.config.stash[RUN]
    if run.server_url is None and not session.config.option.collectonly:
        try:
            run.server.start()
            if not run.server.embedded:
                with exempt():
                    asyncio.run(run.databases().check())
        except HarnessError as error:
            raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist which run it belongs to and where the server is."""
    run = node.config.stash[RUN]
    node.workerinput[WORKER_INPUT] = {
        "id": run.id,
        "worker": node.workerinput["workerid"],
        "server_url": run.databases().server.render_as_string(hide_password=False),
    }


def pytest_report_header(config: pytest.Config) -> str:
    """Say where PostgreSQL comes from."""
    server = config.stash[RUN].server
    return f"harness: {'embedded PostgreSQL' if server.embedded else 'TEST_DATABASE_URL'}, one loop"


def pytest_runtest_call(item: pytest.Item) -> None:
    """Note which tasks were there before the test's own body."""
    item.config.stash[RUN].isolation.call()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Add to a failed test's report the SQL that it ran."""
    report = cast("pytest.TestReport", (yield))
    isolation = item.config.stash[RUN].isolation
    if report.failed:
        isolation.guard.violations.clear()  # said once is enough
    statements = str(isolation.statements)
    if report.failed and statements:
        report.sections.append((f"SQL until {report.when}", statements))
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop what the run made on a given server, stop one that is ours, and look away."""
    run = config.stash.get(RUN, None)
    if run is None:
        return
    run.watching.close()
    if run.server_url is None:
        if not run.server.embedded:
            with suppress(HarnessError):  # one that cannot be reached was reported at the start
                asyncio.run(run.databases().drop("template"))
        run.server.stop()
