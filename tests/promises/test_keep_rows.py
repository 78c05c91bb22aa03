"""`--keep-rows`: the run stops at the first failing test, and its rows can be looked at afterwards."""

import re

import pytest

from tests.conftest import Installed
from tests.support.project import Project

FAILING = """
from sqlalchemy import text


async def test_fails(test_users, db_session):
    assert not await db_session.scalar(text("SELECT count(*) FROM users")), "three users"


async def test_comes_later(test_users):
    pass
"""


@pytest.fixture(scope="module")
def failing(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service with a test that fails on rows that it wrote."""
    project = installed().copy(tmp_path_factory.mktemp("failing") / "service")
    (project.root / "tests" / "test_failing.py").write_text(FAILING)
    return project


def kept_rows(project: Project) -> tuple[str, str]:
    """Run the failing test with `--keep-rows`; return what the run said and the name of the database."""
    done = project.run("pytest", "tests/test_failing.py", "--keep-rows")
    assert done.returncode == 1, done.stdout
    named = re.search(r"python -m tests\.harness\.dev psql (\w+)", done.stdout)
    assert named, done.stdout
    return done.stdout, named[1]


def users(project: Project, database: str) -> str:
    """Ask as the message says, in a process of its own: the run's server has ended."""
    query = "SELECT email FROM users ORDER BY email"
    return project.succeed("python", "-m", "tests.harness.dev", "psql", database, "-c", query)


def test_the_failing_tests_rows_stay(failing: Project) -> None:
    said, database = kept_rows(failing)

    assert f"The rows of tests/test_failing.py::test_fails are in the database {database}" in said
    assert "--keep-rows stops at the first failing test" in said
    assert "1 failed in" in said
    assert [line.strip() for line in users(failing, database).splitlines() if "@" in line] == [
        "admin@test.com",
        "editor@test.com",
        "writer@test.com",
    ]


def test_the_next_run_takes_them_away(failing: Project) -> None:
    _, first = kept_rows(failing)
    kept_rows(failing)

    done = failing.run("python", "-m", "tests.harness.dev", "psql", first)

    assert done.returncode != 0
    assert f'database "{first}" does not exist' in done.stdout


def test_a_run_without_failures_leaves_nothing(failing: Project) -> None:
    done = failing.run("pytest", "tests/health", "--keep-rows")

    assert done.returncode == 0
    assert "rows kept" not in done.stdout


def test_several_workers_have_no_first_failing_test(failing: Project) -> None:
    done = failing.run("pytest", "--keep-rows", "-n", "2")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--keep-rows stops at the first failing test, and -n runs several at once" in done.stdout
