"""The hooks: the server, the guard and the statements live as long as the run."""

import asyncio
from contextlib import suppress
from types import ModuleType
from typing import Any, cast

import pytest

from . import drift_hooks, hints, keep_rows, known_failures, marks, memory, refusal, stop, yours
from .ahead import named_run
from .contract import hooks as contract_hooks
from .diagnosis import report as diagnosis_hooks
from .errors import HarnessError
from .guard import exempt
from .leaks import hooks as leak_hooks
from .live import hooks as live_hooks
from .manifest import hooks as manifest_hooks
from .network import hooks as network_hooks
from .outage import hooks as outage_hooks
from .policy import hooks as policy_hooks
from .run import RUN, Run
from .server import Server
from .settings_check import check_one_file, check_plugin, check_settings
from .sqlite import hooks as sqlite_hooks
from .version import VERSION

WORKER_INPUT = "harness"

# The parts that have hooks of their own; pytest calls them as it calls these here.
PARTS: tuple[ModuleType, ...] = (
    contract_hooks,
    diagnosis_hooks,
    drift_hooks,
    hints,
    keep_rows,
    known_failures,
    leak_hooks,
    live_hooks,
    manifest_hooks,
    marks,
    memory,
    network_hooks,
    outage_hooks,
    policy_hooks,
    refusal,
    sqlite_hooks,
    stop,
    yours,
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the harness's options to `pytest --help`, in a group of their own."""
    group = parser.getgroup("harness", "the harness of tests/harness/")
    keep_rows.add_option(group)
    group.addoption(
        "--live", action="store_true", help="send every async client through a real server"
    )
    group.addoption(
        "--update-contract", action="store_true", help="accept the API as it is, by its snapshot"
    )
    parser.addini("may_block", "files in which a call on the event loop may wait", "args")
    parser.addini("network_hosts", "hosts that any test may reach, besides this machine", "args")


def pytest_configure(config: pytest.Config) -> None:
    """Check what the harness needs, and begin to watch every engine."""
    check_plugin(config)
    check_one_file(config)
    check_settings(config)
    given = getattr(config, "workerinput", None)
    run = named_run()
    if run is None:
        server = Server(keep_rows.data_dir(config))
        run = Run(server=server, **(given[WORKER_INPUT] if given else {}))
    config.stash[RUN] = run
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
        "server_log": run.server.log and str(run.server.log),
    }


def pytest_report_header(config: pytest.Config) -> str:
    """Say which harness this is, and where the database comes from."""
    return f"harness {VERSION}: {config.stash[RUN].server.described}, one loop"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Add to a failed test's report the SQL that it ran."""
    report = cast("pytest.TestReport", (yield))
    isolation = item.config.stash[RUN].isolation
    # An expected failure has been told as well, and would count twice by the end of the test.
    told = report.failed or hasattr(report, "wasxfail")
    if told and call.excinfo is not None:
        isolation.guard.shown(call.excinfo.value)
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
        if run.server.usable and not run.server.throw_away:
            with suppress(HarnessError):  # one that cannot be reached was reported at the start
                kept = run.rows_kept_of is not None
                asyncio.run(run.databases().drop_all(keep_rows=kept))
        run.server.stop()
