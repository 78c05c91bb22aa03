"""Writes the report of a failed test: each contributor is asked in order, and returns what it adds."""

import json
import linecache
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from ..errors import OneloopError, RepeatedSelectsError, SchemaChangedError, chain
from ..leaks.code_location import location
from ..test_run import RUN
from .known_errors import LOGGED, describe, recognise
from .stop_run import Contribution, Failure, reason_to_stop

PLUGIN = Path(__file__).parents[1]
SHOWN = pytest.StashKey[dict[object, str]]()
SAME = "The same error as in "
REPEATED = "repeated errors"
UNCOMMITTED = "In the last request, the app could not see the rows of the test's session, which were not committed: {}."
COMMIT = "Commit first:\n    await db_session.commit()"
CHANGES = r"0x[0-9a-f]+|(?<![:\d])\d+"  # from test to test: addresses and counts, but no line numbers
RECORD = re.compile(r"^[A-Z]+ +\S+:\d+ (.*)\n(?=[A-Z]+ +\S+:\d+ |\Z)", re.MULTILINE)
REQUEST = re.compile(r"^.*HTTP Request: (\w+) \w+://[^/]+(/[^ ?]*).*\n", re.MULTILINE)


def _of_plugin(failure: Failure) -> bool:
    return failure.when != "call" or PLUGIN in failure.item.path.parents


def _message(failure: Failure) -> Contribution:
    """Show the message alone, if the plugin raised the error before or after the test, or in a check."""
    error = failure.error
    if not (_of_plugin(failure) and isinstance(error, OneloopError)):
        return Contribution()
    notes = getattr(error, "__notes__", [])
    return Contribution(text="\n".join([f"{type(error).__name__}: {error}", *notes]))


def _repeated(failure: Failure) -> Contribution:
    """Show once what fails many tests outside their bodies, such as a seam that leaves a client open; drift, too."""
    raised = isinstance(failure.error, OneloopError) or failure.when != "call"
    if not (raised and _of_plugin(failure)) or isinstance(failure.error, SchemaChangedError):
        return Contribution()
    frame, line = [*traceback.walk_tb(failure.error.__traceback__)][-1]
    message = re.sub(CHANGES, "", describe(failure.error).replace(failure.item.name, ""))
    shown = failure.item.config.stash.setdefault(SHOWN, {})
    first = shown.setdefault((frame.f_code, line, message), failure.item.nodeid)
    return Contribution(text="" if first == failure.item.nodeid else f"{SAME}{first}: {type(failure.error).__name__}")


def _migration(failure: Failure) -> Contribution:
    """Name the revision and the line of a failed migration. Most of the 400 lines of its traceback are Alembic's."""
    links = chain(failure.error) if _of_plugin(failure) else []
    for frame, line in reversed([step for link in links for step in traceback.walk_tb(link.__traceback__)]):
        if revision := "down_revision" in frame.f_globals and frame.f_globals["revision"]:
            source = linecache.getline(frame.f_code.co_filename, line).strip()
            place = f"The migration {revision} failed at {location(frame, line)}:\n    {source}"
            cause = links[-1] if isinstance(links[-1], OneloopError) else links[0]
            return Contribution(text=f"{place}\n{describe(cause)}")
    return Contribution()


def _known_errors(failure: Failure) -> Contribution:
    """Explain known errors. Those that the app logged come first: they caused the test's own."""
    known = dict.fromkeys((*failure.item.stash[LOGGED].known, *recognise(failure.error)))
    sections = [(f"Known error: {each.name}", each.explain()) for each in known]
    if failure.run.unseen_rows and failure.when == "call":
        sections.append(("Rows that are not committed", f"{UNCOMMITTED.format(failure.run.unseen_rows)} {COMMIT}"))
    return Contribution(sections)


def _sql(failure: Failure) -> Contribution:
    statements = "" if isinstance(failure.error, RepeatedSelectsError) else str(failure.run.sql_log)
    return Contribution([(f"SQL until {failure.when}", statements)] if statements else [])


CONTRIBUTORS = (_message, _migration, reason_to_stop, _repeated, _known_errors, _sql)


def _ask(contribute: Callable[[Failure], Contribution], failure: Failure) -> Contribution:
    try:
        return contribute(failure)
    except Exception as problem:  # noqa: BLE001  the test's own error is what its report is for
        return Contribution([("oneloop failed here", "".join(traceback.format_exception(problem)[-2:]))])


def _each_once(sections: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out pytest's line of a record that the service wrote as JSON, and httpx2's of a request that it wrote."""
    written = "".join(text for title, text in sections if title.startswith("Captured std"))

    def kept(line: re.Match[str]) -> str:
        return "" if all(json.dumps(part) in written for part in line.groups()) else line[0]

    texts = ((title, RECORD.sub(kept, REQUEST.sub(kept, f"{text}\n")).rstrip()) for title, text in sections)
    return [(title, text) for title, text in texts if text]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = cast("pytest.TestReport", (yield))
    if (logged := item.stash.get(LOGGED, None)) is None:
        return report
    again, logged.body_failed = logged.body_failed and call.when == "teardown", call.when == "call" and report.failed
    if call.excinfo is None:
        return report
    run, error = item.config.stash[RUN], call.excinfo.value
    if report.failed or hasattr(report, "wasxfail"):  # it must not be reported at the end too
        run.refusals.forget(error)
    if not report.failed:
        return report
    report.sections = _each_once(report.sections)
    failure = Failure(run, item, call.when, error)
    if again:  # its log and its SQL are in the report of its body
        report.sections = [each for each in report.sections if each[0].endswith(call.when)]
    for contribute in CONTRIBUTORS[:-1] if again else CONTRIBUTORS:
        contribution = _ask(contribute, failure)
        report.sections += contribution.sections
        if contribution.text:
            report.longrepr = contribution.text
        if contribution.stop and not item.session.shouldfail:
            item.session.shouldfail = contribution.stop
        if contribution.text and contribute in {reason_to_stop, _repeated}:
            break
    logged.known.clear()
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    repeated = isinstance(report.longrepr, str) and report.longrepr.startswith(SAME)
    return (REPEATED, "E", "ERROR") if repeated else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for report in terminalreporter.getreports(REPEATED):
        terminalreporter.write_line(f"ERROR {report.nodeid} - {report.longrepr}")
