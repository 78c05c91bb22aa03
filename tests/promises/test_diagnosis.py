"""A failing test explains its error in its report, and the page says the same at more length."""

import re
import shutil
from importlib import import_module
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.docs.markdown import ROOT, anchors
from tests.support import shipped  # noqa: F401  makes `harness` importable
from tests.support.bugs import Bug, planted
from tests.support.environment import uv
from tests.support.outcomes import run_pytest
from tests.support.project import Project

PROBE = Path(__file__).parent / "probes" / "diagnosis_wrong.py"
PAGE = Path("template/docs/testing/diagnosis.md")
REPORT_OF = re.compile(r"^_+ (?:ERROR at (?:setup|teardown) of )?(\w+) _+$", re.MULTILINE)
SECTION = re.compile(r"^-+ Diagnosis: (.+?) -+$\nCause: .+?\nCure: .+?\nPage: (\S+)$", re.MULTILINE | re.DOTALL)

diagnosis = import_module("harness.diagnosis")
page = import_module("harness.diagnosis.page")


@pytest.fixture(scope="session")
def wrong(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service of this worker's own, with the probes that fail in it."""
    project = installed().copy(tmp_path_factory.mktemp("wrong") / "service")
    folder = project.root / "tests" / "probes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    shutil.copy(PROBE, folder / "test_wrong.py")
    return project


@pytest.fixture(scope="session")
def reports(wrong: Project) -> dict[str, str]:
    """Return what the run says of each failed test, by its name."""
    output = wrong.run("pytest", "-q", "tests/probes/test_wrong.py").stdout
    _, *found = REPORT_OF.split(output.partition(" short test summary ")[0])
    return dict(zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize(
    ("test", "names"),
    [
        ("test_error_that_became_a_500", ["Session in failed state"]),
        ("test_error_that_became_a_503", ["Pool time-out"]),
        ("test_sync_client_on_the_database", ["Another loop"]),
        ("test_a_loop_of_its_own", ["Another loop"]),
        ("test_old_fixture", ["No fixture event_loop"]),
        ("test_scopes", ["Scopes do not fit"]),
        ("test_scope_across_a_fixture", ["Cancel scope in another task"]),
        ("test_forgotten_await", ["Coroutine never awaited"]),
        ("test_answer_not_awaited", ["Coroutine never awaited"]),
        ("test_too_many_connections", ["Too many connections"]),
        ("test_deadlock", ["Deadlock"]),
        ("test_wrong_expectation", []),
    ],
)
def test_report_explains_the_error(reports: dict[str, str], test: str, names: list[str]) -> None:
    """In set-up, body and tear-down; raised, or turned into an answer; and nothing of what is not known."""
    sections = dict(SECTION.findall(reports[test]))

    assert list(sections) == names
    assert "Diagnosis" not in SECTION.sub("", reports[test])


def test_every_section_leads_to_its_heading() -> None:
    """Whoever follows `docs/testing/diagnosis.md#anchor` finds it."""
    assert {family.anchor for family in diagnosis.FAMILIES} <= anchors(PAGE)


def test_page_is_what_the_data_gives(wrong: Project) -> None:
    """An error that is changed in one place is changed in the other: `python -m tests.harness.diagnosis`."""
    text = (ROOT / PAGE).read_text()

    assert page.render(text) == text

    mine = wrong.root / "docs/testing/diagnosis.md"
    mine.write_text(text.replace("**Cure.**", "**Nothing helps.**"))
    wrong.succeed("python", "-m", "tests.harness.diagnosis")

    assert mine.read_text() == text


def test_page_without_its_marks_is_left_alone() -> None:
    """What a user has rewritten is not overwritten."""
    with pytest.raises(ValueError, match="lost the marks"):
        page.render("# Diagnosis\n")


EMITTED = "tests/harness/promises/test_diagnosis.py"
BUGS = {
    "causes are not followed": Bug(
        "tests/harness/diagnosis/recognise.py",
        "if before is not None:",
        "if not seen:",
        f"{EMITTED}::test_root_stands_first",
        "-     'Another loop',",
    ),
    "any error is known": Bug(
        "tests/harness/diagnosis/family.py",
        "return re.search(self.says, text) is not None",
        "return True",
        f"{EMITTED}::test_unknown_error_gets_no_section",
        "== []",
    ),
    "a sign is lost": Bug(
        "tests/harness/diagnosis/sessions.py",
        'Sign("sqlalchemy.MissingGreenlet")',
        'Sign("sqlalchemy.MissingGreenery")',
        f"{EMITTED}::test_error_is_known",
        "[] == ['MissingGreenlet']",
    ),
    "an error nobody brings about": Bug(
        "tests/harness/promises/known_errors/connections.py",
        '    ("Lock not given", lock_twice),\n',
        "",
        f"{EMITTED}::test_every_family_is_brought_about",
        "Lock not given",
    ),
    "no section": Bug(
        "tests/harness/diagnosis/report.py",
        "if report.failed and",
        "if report.passed and",
        f"{EMITTED}::test_failed_test_says_cause_cure_and_page",
        "not enough values to unpack",
    ),
    "the log is not read": Bug(
        "tests/harness/diagnosis/report.py",
        "root.addHandler(logged)",
        "root.removeHandler(logged)",
        f"{EMITTED}::test_error_that_was_only_logged_is_known",
        "[] == ['Diagnosis: Another loop']",
    ),
}


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS.keys())
def test_planted_bug_is_noticed(wrong: Project, bug: Bug) -> None:
    """The emitted test fails, and says what is missing."""
    command = [uv(), "run", "--quiet", "pytest", "-q", "-vv", bug.noticed_by]
    with planted(wrong, bug):
        done = run_pytest(command, wrong.root, wrong.environment)

    assert done.having("failure")
    assert bug.words in done.output
