"""A service may have two engines on its test database; one on any other database is refused, by the test's name."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.bugs import Edit, planted
from tests.support.environment import uv
from tests.support.outcomes import Run, run_pytest
from tests.support.project import Project

PROBE = Path(__file__).parent / "probes" / "two_engines.py"
WRITE = {"test_writes_by_the_second[1]", "test_writes_by_the_second[2]", "test_writes_to_its_own"}


@pytest.fixture(scope="module")
def two(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service with a second engine."""
    project = installed().copy(tmp_path_factory.mktemp("two") / "service")
    shutil.copy(PROBE, project.root / "tests/test_two_engines.py")
    return project


def run(project: Project, second: str) -> Run:
    """Run the probes, with the second engine on that database."""
    command = [uv(), "run", "--quiet", "pytest", "-q", "-o", "junit_logging=all", "tests/test_two_engines.py"]
    return run_pytest(command, project.root, {**project.environment, "SECOND": second})


def test_on_the_same_database_both_are_wiped_and_move_together(two: Project) -> None:
    done = run(two, "same")

    assert done.having("passed") == {*WRITE, "test_next"}, done.output


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("foreign", "used the database 'legacy_test', which this run did not make: nothing empties it"),
        ("wrong", "engine names the database 'legacy', which is not a test's"),
    ],
    ids=["another test's database", "no test's database"],
)
def test_on_another_it_is_refused_once_by_each_test_that_uses_it(two: Project, second: str, words: str) -> None:
    """The next test is clean."""
    done = run(two, second)

    assert done.having("passed") == {"test_next"}
    assert {name for name in done.outcomes if words in done.outcomes[name].said} == WRITE


def test_a_foreign_database_that_nobody_refuses_is_used(two: Project) -> None:
    """The planted bug: the service gets as far as to miss its tables there."""
    with planted(two, Edit("tests/harness/guard.py", "if self._is_foreign(engine.url):", "if False:")):
        done = run(two, "foreign")

    assert "which this run did not make" not in done.output
    assert 'relation "users" does not exist' in done.outcomes["test_writes_by_the_second[1]"].said.replace("\\", "")
