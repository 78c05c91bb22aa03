"""Expected failures: the tests that fail because of their event loop, until they are fixed.

`known_loop_failures.json` beside the tests lists them. `oneloop-tools audit REPO --baseline` writes
it. A listed test may fail because of its loop only. When it passes, the run fails until the test is
removed from the list. Without the file this module does nothing.
"""

import json
import logging
import re
import traceback
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

NAME = "known_loop_failures.json"
UPDATE = "oneloop-tools audit REPO --baseline --update"
PAGE = "docs/testing/known-errors.md"
# The tools register a plugin of this name while they record the list. Then nothing is expected.
RECORDER = "oneloop-loop-failure-recorder"
# The tools have the same patterns in `audit/loop_failures.py`. This module works without them.
LOOP_FAILURE = re.compile(
    "attached to a different loop|is bound to a different event loop|belongs to a different loop"
    "|an event loop other than the current one|WrongLoopError|ClientPolicyError"
    "|Event loop is closed|TCPTransport closed=True .*the handler is closed"
    "|cannot be called from a running event loop|event loop is already running"
    "|event loop while another loop is running|no running event loop|There is no current event loop"
    "|exit cancel scope in a different task|a cancel scope that isn't the current task's"
    "|'State' object has no attribute|another operation .*(in progress|is cancelling)"
    "|PendingRollbackError|InFailedSQLTransaction"
)


class KnownFailure(logging.Handler):
    """One listed test. It collects the exceptions that an app logs and turns into responses."""

    def __init__(self, family: str, when: str) -> None:
        super().__init__()
        self.in_teardown = when == "teardown"
        self.reason = f"{family}, see {PAGE}#{family.lower().replace(' ', '-')}"
        self.logged: list[str] = []
        self.failed = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the texts only: an exception keeps its frames alive."""
        for each in (*(record.exc_info or ()), *(record.args or ()), *vars(record).values()):
            if isinstance(each, BaseException):
                self.logged += _texts(each)


KNOWN = pytest.StashKey[KnownFailure]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the listed tests."""
    near = (config.rootpath / each for each in (*config.getini("testpaths"), "tests", "."))
    folders = (*near, *Path(__file__).parents[3:5])  # the tests may be in another folder
    file = next((folder / NAME for folder in folders if (folder / NAME).is_file()), None)
    if file is None or config.pluginmanager.has_plugin(RECORDER):
        return
    try:
        tests = json.loads(file.read_text("utf-8"))["tests"]
        known = {name: KnownFailure(each["family"], each["when"]) for name, each in tests.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"{file} is not a list of known failures. Take it from the last commit again."
        raise pytest.UsageError(message) from None
    for item in items:
        if item.nodeid in known:
            item.stash[KNOWN] = failure = known[item.nodeid]
            if not failure.in_teardown:  # an xfail of pytest does not include the teardown
                item.add_marker(pytest.mark.xfail(strict=True, reason=failure.reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Listen to the log while a listed test runs."""
    known = item.stash.get(KNOWN, logging.NullHandler())
    logging.getLogger().addHandler(known)
    try:
        return (yield)
    finally:
        logging.getLogger().removeHandler(known)


# The first wrapper is the outermost one: it sees what a strict xfail makes of the report.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Accept a failure because of the loop, and no other result."""
    report: pytest.TestReport = yield
    known = item.stash.get(KNOWN, None)
    if known is None:
        return report
    if call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception):
        if report.when == ("teardown" if known.in_teardown else "call") and not known.failed:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} passes now. Remove it from {NAME}:\n    {UPDATE}"
        return report
    # A test that its loop has failed may leave a task or a connection.
    left = known.failed and type(call.excinfo.value).__name__ == "LeakError"  # the tools load this module alone
    known.failed = True
    if left or any(map(LOOP_FAILURE.search, [*known.logged, *_texts(call.excinfo.value)])):
        if report.outcome == "failed":
            report.outcome, report.wasxfail = "skipped", f"reason: {known.reason}"
    else:
        report.outcome = "failed"
        vars(report).pop("wasxfail", None)
        report.longrepr = item.repr_failure(call.excinfo)
        report.sections.append((NAME, "This test is listed, and fails for another reason."))
    return report


def _texts(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for each in (before, *inner):
        if each is not None and id(each) not in seen:
            yield from _texts(each, seen | {id(error)})
    yield "".join(traceback.format_exception_only(error))
