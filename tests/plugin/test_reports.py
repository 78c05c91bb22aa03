"""A failing test explains its error in its report, and the page says the same."""

import re
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, anchors
from tests.plugin.conftest import RunOnce
from tests.support.known_errors_page import anchor, read_entries, render

PAGE = Path("template/docs/testing/known-errors.md")
REPORT_OF = re.compile(r"^_+ (?:ERROR at (?:setup|teardown) of )?(\w+(?:\[.+\])?) _+$", re.MULTILINE)
SECTION = re.compile(r"^-+ Known error: (.+?) -+$\nCause: .+?\nFix: .+?\nPage: (\S+)$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def reports(run_once: RunOnce) -> dict[str, str]:
    """What the run says of each failed test, by its name."""
    output = run_once("known-errors", "tests/probes/test_diagnosis_wrong.py").output
    _, *found = REPORT_OF.split(output.partition(" short test summary ")[0])
    return dict(zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize(
    ("test", "names"),
    [
        ("test_error_that_became_a_500", ["Session in failed state"]),
        ("test_error_that_became_a_503", ["Pool time-out"]),
        ("test_sync_client_on_the_database", ["Another loop"]),
        ("test_a_loop_of_its_own", ["Another loop"]),
        ("test_async_fixture_by_name", ["Async fixture in a coroutine"]),
        ("test_old_fixture", ["No fixture event_loop"]),
        ("test_scopes", ["Scopes do not fit"]),
        ("test_scope_across_a_fixture", ["Cancel scope in another task"]),
        ("test_forgotten_await", ["Coroutine never awaited"]),
        ("test_answer_not_awaited", ["Coroutine never awaited"]),
        ("test_too_many_connections", ["Too many connections"]),
        ("test_deadlock", ["Deadlock"]),
        ("test_wrapped[the service]", ["MissingGreenlet"]),
        ("test_wrapped[FastAPI]", ["MissingGreenlet"]),
        ("test_wrapped[a task group]", ["MissingGreenlet"]),
        ("test_wrapped[nothing from None]", ["MissingGreenlet"]),
        ("test_wrong_expectation", []),
    ],
)
def test_report_explains_the_error(reports: dict[str, str], test: str, names: list[str]) -> None:
    """In set-up, body and tear-down; raised, or turned into a response. An unknown error gets no section."""
    sections = dict(SECTION.findall(reports[test]))

    assert list(sections) == names, reports[test]


def test_second_report_of_a_test_has_what_is_new(run_once: RunOnce) -> None:
    """Its log, its SQL and the known errors in them are in the report of its body."""
    output = run_once("known-errors", "tests/probes/test_diagnosis_wrong.py").output
    report = output.partition("ERROR at teardown of test_fails_in_body_and_teardown")[2].partition("\n____")[0]

    assert "LookupError('no code awaits it')" in report
    assert "Captured stdout call" not in report
    assert "SQL until" not in report


def test_report_has_the_line_of_a_forgotten_await(reports: dict[str, str]) -> None:
    place = r'created at.*\n.*test_diagnosis_wrong.py", line \d+, in test_forgotten_await'

    assert re.search(place, reports["test_forgotten_await"])


def test_report_has_each_request_once(reports: dict[str, str]) -> None:
    """The service logs it as JSON, pytest captures that record, and httpx2 logs it too."""
    report = reports["test_wrong_expectation"].partition("Captured ")[2]

    (line,) = [line for line in report.splitlines() if "/api/health" in line or " request" in line]
    assert '"path": "/api/health", "status": 200' in line


def test_report_has_the_traceback_that_the_service_logged(reports: dict[str, str]) -> None:
    captured = reports["test_wrapped[FastAPI]"].partition("Captured log call")[2]

    assert "unexpected error\nTraceback (most recent call last):\n" in captured


def test_every_section_leads_to_its_heading() -> None:
    assert {anchor(entry["name"]) for entry in read_entries()} <= anchors(PAGE)


def test_page_is_what_the_data_gives() -> None:
    """`uv run python -m tests.support.known_errors_page` writes it."""
    text = (ROOT / PAGE).read_text("utf-8")

    assert render(text) == text
