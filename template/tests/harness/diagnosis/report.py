"""The section in a failed test's report that says what is known of its errors."""

import logging
import textwrap
from collections.abc import Iterator
from typing import Any, cast

import pytest

from .family import Family
from .recognise import diagnose

WIDTH = 88


class Logged(logging.Handler):
    """Notes the families of the errors that are logged while a test runs.

    An app turns its errors into answers, so that a failed test has nothing but a status: the error
    itself is in the log.
    """

    def __init__(self) -> None:
        super().__init__()
        self.families: dict[Family, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the families, and not the error: its traceback would keep sessions alive."""
        args = record.args if isinstance(record.args, tuple) else ()
        for told in (*(record.exc_info or ()), *args, *vars(record).values()):
            if isinstance(told, BaseException):
                self.families.update(dict.fromkeys(diagnose(told)))


LOGGED = pytest.StashKey[Logged]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Listen to the log for as long as the test runs."""
    item.stash[LOGGED] = logged = Logged()
    root = logging.getLogger()
    root.addHandler(logged)
    try:
        return (yield)
    finally:
        root.removeHandler(logged)
        del item.stash[LOGGED]  # pytest keeps each item to the end of the run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Add to a failed test's report what is known of its errors; nothing of unknown ones."""
    report = cast("pytest.TestReport", (yield))
    if report.failed and call.excinfo is not None:
        raised = diagnose(call.excinfo.value)
        # First what the app met: the test's own error is mostly what came of it.
        for family in dict.fromkeys((*item.stash[LOGGED].families, *raised)):
            report.sections.append((f"Diagnosis: {family.name}", explain(family)))
    return report


def explain(family: Family) -> str:
    """Return cause, cure and page, as a report shows them."""
    lines = (
        ("Cause: ", family.cause),
        ("Cure: ", family.cure),
        ("Page: ", family.page),
    )
    return "\n".join(
        textwrap.fill(word + text, WIDTH, subsequent_indent=" " * 7, break_on_hyphens=False)
        for word, text in lines
    )
