"""The hooks: a run whose server is gone stops, and says so once."""

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..errors import DatabaseUnreachableError
from ..guard import exempt
from ..run import RUN, Run
from .errors import LostServerError
from .signs import may_be_outage

MARK = "harness_lost_server"  # on a report, which travels from a worker to its controller


def pytest_configure(config: pytest.Config) -> None:
    """Have each process that prints reports say it once, whoever found it."""
    config.pluginmanager.register(Once())


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around `stop`, which shows a sentence as it is
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Ask the server when an error around a test may mean that it is gone; then stop the run.

    What the test itself raised stays as it is: the line where it happened is worth knowing.
    """
    report = yield
    run = item.config.stash[RUN]
    if call.when == "call" or call.excinfo is None:
        return report
    # In a set-up a login may have failed, which tells nothing of the server.
    asks = call.when == "setup" or may_be_outage(call.excinfo.value)
    if asks and (lost := find(run)):
        run.isolation.broken = True
        report.longrepr = f"{type(lost).__name__}: {lost}"
        setattr(report, MARK, True)
        item.session.shouldfail = "PostgreSQL is gone: see above."
    elif run.isolation.broken and not item.session.shouldfail:
        item.session.shouldfail = (
            f"No test can begin clean after {run.isolation.guard.test}: see above."
        )
    return report


@pytest.hookimpl(wrapper=True, trylast=True)  # within the terminal's, which has a summary to print
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Take what fixtures raise for want of a server as said already."""
    try:
        return (yield)
    except Exception as error:
        if not (session.config.stash[RUN].isolation.broken and may_be_outage(error)):
            raise


class Once:
    """Shortens all but the first report of an outage: each worker has one, and so has each test."""

    def __init__(self) -> None:
        self.said = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the first report, and refer the others to it."""
        if getattr(report, MARK, False):
            if self.said:
                report.longrepr = f"{LostServerError.__name__}: PostgreSQL is gone: see above."
            self.said = True


def find(run: Run) -> LostServerError | None:
    """Ask whether the server is gone, in a thread: the suite's loop may be closed by now."""
    databases = run.databases()

    async def ask() -> None:
        with exempt():
            await databases.incarnation()

    with ThreadPoolExecutor(1, thread_name_prefix="harness-outage") as thread:
        try:
            thread.submit(asyncio.run, ask()).result()
        except DatabaseUnreachableError as error:
            server, log = str(databases.server), run.isolation.log
            return LostServerError(run.isolation.guard.test, server, error.reason, log)
    return None
