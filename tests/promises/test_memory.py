"""What pytest holds of a test that passed goes with it, and what somebody asks for stays."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.bugs import Bug, planted
from tests.support.project import Project

PROBE = Path(__file__).parent / "probes" / "memory.py"
MEMORY = "tests/harness/memory.py"
# Thirty tests have one report each, by which the last line counts them; the requests are those of wider fixtures.
LIMITS = {"reports": 30, "requests": 80, "printed": 0, "keywords": 1, "kept": 0}


@pytest.fixture(scope="module")
def suite(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service with the probe in it."""
    project = installed().copy(tmp_path_factory.mktemp("memory") / "service")
    shutil.copy(PROBE, project.root / "tests" / "test_memory.py")
    return project


def run(suite: Project, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    return suite.run("pytest", "-q", "tests/test_memory.py", *arguments, env=env).stdout


def over_the_limit(suite: Project) -> dict[str, int]:
    """Run the probe, and return what there is more of than there may be."""
    assert "32 passed" in run(suite)
    counts: dict[str, int] = json.loads((suite.root / "counts.json").read_text())
    return {name: count for name, count in counts.items() if count > LIMITS[name]}


def test_nothing_is_held_of_tests_that_passed(suite: Project) -> None:
    assert over_the_limit(suite) == {}


BUGS = {
    "requests": Bug(MEMORY, "if not is_done(call)]", "]"),
    "reports": Bug(MEMORY, "uncounted.remove(report)", "pass"),
    "printed": Bug(MEMORY, "report.sections.clear()", "pass"),
    "keywords": Bug(MEMORY, "word not in own", "word"),
    "kept": Bug(MEMORY, 'getattr(item, "_report_sections", []).clear()', "pass"),
}


@pytest.mark.parametrize("what", BUGS)
def test_each_of_it_is_seen(suite: Project, what: str) -> None:
    """The planted bugs."""
    with planted(suite, BUGS[what]):
        assert over_the_limit(suite).keys() == {what}


def test_who_asks_for_it_gets_it(suite: Project) -> None:
    """What was printed by `-rP`, and the time of what is set up and torn down by `--durations`."""
    assert run(suite, "-rP").count("printed by a test that passed") > 30 * 40
    assert "s setup    tests/test_memory.py::test_that_passes[7]" in run(
        suite, "--durations=0", "--durations-min=0", "-vv"
    )


def test_of_a_test_that_failed_all_is_shown(suite: Project) -> None:
    said = run(suite, env={"FAILS": "1"})

    assert "1 failed, 31 passed" in said
    assert "printed by a test that failed" in said
    assert "set up: printed by a test that passed" in said


COUNTING = """
import pytest

seen = {}

@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report):
    seen.setdefault(report.nodeid, []).append(report)
    if report.when == "teardown" and "that_passes" in report.nodeid:
        sizes = [sum(len(text) for _, text in each.sections) for each in seen[report.nodeid]]
        assert max(sizes) > 40 and len(report.keywords) > 5, "another plugin has to see all of it"

def pytest_terminal_summary(terminalreporter):
    stats = terminalreporter.stats
    text = sum(len(text) for report in stats["passed"] for _, text in report.sections)
    marks = {"parametrize"} <= stats["passed"][3].keywords.keys()
    terminalreporter.write_line(f"{len(stats[''])} uncounted, {text} characters, marks kept: {marks}")
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_other_plugins_see_all_of_it_first(suite: Project, workers: str) -> None:
    """Also those that are asked last; and on two workers, reports of several tests come in between each other."""
    (suite.root / "counting.py").write_text(COUNTING)
    env = {"FAILS": "1", "PYTHONPATH": str(suite.root)}

    said = run(suite, "-p", "counting", "-n", workers, env=env)

    assert "1 failed, 31 passed" in said
    assert "printed by a test that failed" in said
    assert "2 uncounted, 0 characters, marks kept: True" in said
