"""The app is told of the test database before it is imported, and nobody reaches another one."""

import shutil
from pathlib import Path

import pytest

from tests.adopt.samples import Adopted, AdoptSample
from tests.support.environment import run, uv


def altered(adopted: Adopted, top: Path, edits: dict[str, tuple[str, str]]) -> Adopted:
    """Return a copy of an adopted project with a replacement in some of its files, on the same environment."""
    shutil.copytree(adopted.top, top, symlinks=True)
    for path, (old, new) in edits.items():
        text = (top / path).read_text()
        assert old in text
        (top / path).write_text(text.replace(old, new, 1))
    return Adopted(adopted.sample, top, adopted.python)


def output(adopted: Adopted, *arguments: str) -> str:
    """Run some of its tests, which may end before there is a report, and return what was said."""
    command = [uv(), "run", "--quiet", "pytest", "-q", "--deselect", "tests/harness", *arguments]
    return run(*command, cwd=adopted.root, env=adopted.environment).stdout


def test_an_app_that_is_imported_too_early_is_refused(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """Its engine would be another database's: that is said with the lines to move."""
    line = "from tests.harness.loading import *"
    early = altered(
        adopt_sample("brief"), tmp_path / "early", {"conftest.py": (line, f"import app.main  # noqa: F401\n{line}")}
    )

    said = output(early)

    assert "The package 'app' was imported before the test database had a name" in said
    assert "Put the two lines of the harness at the very top" in said


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+asyncpg://localhost/app", "the database 'app', which is not a test's"),
        ("postgresql+asyncpg://localhost/other_test", "the database 'other_test', which this run did not make"),
    ],
)
def test_an_engine_on_another_database_is_refused(
    adopt_sample: AdoptSample, tmp_path: Path, url: str, says: str
) -> None:
    """Also one of the suite's own: nothing is connected to."""
    edit = ("create_async_engine(settings.database_url, echo=False)", f'create_async_engine("{url}")')
    other = altered(adopt_sample("brief"), tmp_path / "other", {"tests/conftest.py": edit})

    ended = other.pytest("-k", "test_admin_user_can_access_metrics")

    assert ended.having("error") == {"test_admin_user_can_access_metrics"}
    assert says in "".join(outcome.said for outcome in ended.outcomes.values())


def test_migrations_that_go_elsewhere_are_refused_before_they_do(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """An env.py with a URL of its own would migrate that database, and the promises would take it down again."""
    edit = ("get_settings().database_url", '"postgresql+psycopg://localhost/shop"')
    elsewhere = altered(adopt_sample("factory"), tmp_path / "elsewhere", {"migrations/env.py": edit})

    said = output(elsewhere)

    assert said.count("env.py asked for the database 'shop', and the one to be migrated is 'test_") == 1
    assert "Nothing was done" in said


def test_workers_share_the_server_and_have_a_database_each(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    project = altered(adopt_sample("factory"), tmp_path / "workers", {})
    (project.root / "tests/test_workers.py").write_text(
        "import os\n\nimport pytest\n\n\n"
        '@pytest.mark.parametrize("turn", range(8))\n'
        "def test_database(turn):\n"
        '    assert os.environ["PYTEST_XDIST_WORKER"] in os.environ["DATABASE_URL"]\n'
    )

    ended = project.pytest("-n", "2", "tests/test_workers.py", plus=("pytest-xdist",))

    assert len(ended.having("passed")) == 8, ended.output
