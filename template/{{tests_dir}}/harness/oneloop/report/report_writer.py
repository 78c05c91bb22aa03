"""Writes the report of a failed test.

No other module of a new service changes a report. Each contributor is asked in order, and returns what it adds.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import pytest

from ..errors import OneloopError
from ..test_run import RUN, TestRun
from .known_errors import LOGGED, recognise
from .stop_run import Stop, find_reason_to_stop


class Failure(NamedTuple):
    """A failed phase of a test: `when` is setup, call or teardown."""

    run: TestRun
    item: pytest.Item
    when: str
    error: BaseException


@dataclass(frozen=True)
class Contribution:
    """Sections for the report; a text that replaces the traceback; a reason to stop the run."""

    sections: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    stop: Stop | None = None


def _refusal(failure: Failure) -> Contribution:
    """Count a refusal that the report shows as reported."""
    failure.run.refusals.forget(failure.error)
    return Contribution()


def _message(failure: Failure) -> Contribution:
    """Show the message alone, if the plugin raised the error before or after the test."""
    error = failure.error
    if failure.when == "call" or not isinstance(error, OneloopError):
        return Contribution()
    notes = getattr(error, "__notes__", [])
    return Contribution(text="\n".join([f"{type(error).__name__}: {error}", *notes]))


def _reason_to_stop(failure: Failure) -> Contribution:
    stop = find_reason_to_stop(failure.run, failure.item, failure.when, failure.error)
    return Contribution(text=stop.text, stop=stop) if stop else Contribution()


def _known_errors(failure: Failure) -> Contribution:
    """Explain known errors. Those that the app logged come first: they caused the test's own."""
    known = dict.fromkeys((*failure.item.stash[LOGGED].known, *recognise(failure.error)))
    return Contribution([(f"Known error: {each.name}", each.explain()) for each in known])


def _sql(failure: Failure) -> Contribution:
    statements = str(failure.run.sql_log)
    return Contribution([(f"SQL until {failure.when}", statements)] if statements else [])


CONTRIBUTORS: tuple[Callable[[Failure], Contribution], ...] = (_refusal, _message, _reason_to_stop, _known_errors, _sql)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = cast("pytest.TestReport", (yield))
    if call.excinfo is None or LOGGED not in item.stash:
        return report
    run, error = item.config.stash[RUN], call.excinfo.value
    if hasattr(report, "wasxfail"):  # an expected failure; it must not be reported at the end too
        run.refusals.forget(error)
    if not report.failed:
        return report
    failure = Failure(run, item, call.when, error)
    for contribute in CONTRIBUTORS:
        try:
            contribution = contribute(failure)
        except Exception as problem:  # noqa: BLE001  the test's own error is what its report is for
            contribution = Contribution([("oneloop failed here", "".join(traceback.format_exception(problem)[-2:]))])
        report.sections += contribution.sections
        if contribution.text:
            report.longrepr = contribution.text
        if contribution.stop and not item.session.shouldfail:
            item.session.shouldfail = contribution.stop.summary
    return report
