"""pytest's hooks for the known failures: strict xfails, which a test that is mended has to lose.

The harness's plugin loads this where the audit is; `pytest -p tests.harness.audit.hooks` does so
without the rest of the harness. Without the committed file it does nothing.
"""

from collections.abc import Generator

import pytest

from ..errors import HarnessError
from .failures import listening, loop_family
from .known import FILE, UPDATE, Failure, read

# The name of the plugin that records them: while it is there, nothing is marked.
RECORDER = "harness-audit-observer"
KNOWN = pytest.StashKey[Failure]()
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect the known failures."""
    if config.pluginmanager.has_plugin(RECORDER):
        return
    try:
        known = read()
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None
    for item in items:
        if item.nodeid in known:
            item.stash[KNOWN] = failure = known[item.nodeid]
            if failure.when != "teardown":
                item.add_marker(pytest.mark.xfail(strict=True, reason=failure.diagnosis))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Listen to what the app logs."""
    with listening(item):
        return (yield)


# Before pytest's own: what a strict xfail makes of a test is seen here.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a known failure be one of its loop alone, and say when there is none any more."""
    report = yield
    failure = item.stash.get(KNOWN, None)
    if failure is None:
        return report
    if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
        item.stash[FAILED] = True
        _judge(item, call.excinfo, failure, report)
    elif report.when == _last_part(failure) and not item.stash.get(FAILED, False):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} does not fail any more, and {FILE.name} still says that it does. "
            f"Take it off the list: {UPDATE}"
        )
    return report


def _last_part(failure: Failure) -> str:
    # pytest itself judges a strict xfail by the body of the test, and knows none for a teardown.
    return "teardown" if failure.when == "teardown" else "call"


def _judge(
    item: pytest.Item,
    raised: pytest.ExceptionInfo[BaseException],
    failure: Failure,
    report: pytest.TestReport,
) -> None:
    if loop_family(item, raised.value, sync=True) is None:
        report.outcome = "failed"
        if hasattr(report, "wasxfail"):
            del report.wasxfail
        report.longrepr = item.repr_failure(raised)
        report.sections.append(("Known loop failures", "It fails by something else than its loop."))
    elif report.outcome == "failed":
        report.outcome = "skipped"
        report.wasxfail = f"reason: {failure.diagnosis}"
