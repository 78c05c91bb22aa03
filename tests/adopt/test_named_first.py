"""The app gets the URL of the test database before it is imported, and no test reaches another database."""

from pathlib import Path

import pytest

from tests.adopt.sample import AdoptSample


def test_an_app_that_is_imported_too_early_is_refused(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """It may have made an engine for another database."""
    early = adopt_sample("brief").copy(tmp_path / "early")

    output = early.output("-p", "app.main")

    assert "The package 'app' was imported too early" in output
    assert "Import it in a conftest.py" in output


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+asyncpg://localhost/app", ["WrongDatabaseError", "'app'"]),
        ("postgresql+asyncpg://localhost/other_test", ["ForeignDatabaseError", "'other_test'"]),
    ],
)
def test_an_engine_on_another_database_is_refused(
    adopt_sample: AdoptSample, tmp_path: Path, url: str, says: list[str]
) -> None:
    """An engine of the suite's own too, before it connects."""
    edit = ("create_async_engine(settings.database_url, echo=False)", f'create_async_engine("{url}")')
    other = adopt_sample("brief").copy(tmp_path / "other", {"tests/conftest.py": edit})

    ended = other.pytest("-k", "test_admin_user_can_access_metrics")

    assert ended.having("error") == {"test_admin_user_can_access_metrics"}
    said = "".join(outcome.said for outcome in ended.outcomes.values())
    assert [words for words in says if words not in said] == []


@pytest.mark.nightly
def test_migrations_that_go_elsewhere_are_refused_before_they_do(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """An env.py with a URL of its own would migrate that database."""
    edit = ("get_settings().database_url", '"postgresql+psycopg://localhost/shop"')
    elsewhere = adopt_sample("factory").copy(tmp_path / "elsewhere", {"migrations/env.py": edit})

    output = elsewhere.output()

    assert "env.py connects to the database 'shop', and not to 'test_" in output
    assert "Nothing was migrated" in output


@pytest.mark.nightly
def test_workers_share_the_server_and_have_a_database_each(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    project = adopt_sample("factory").copy(tmp_path / "workers")
    (project.root / "tests/test_workers.py").write_text(
        "import os\n\nimport pytest\n\n\n"
        '@pytest.mark.parametrize("turn", range(8))\n'
        "def test_database(turn):\n"
        '    assert os.environ["PYTEST_XDIST_WORKER"] in os.environ["DATABASE_URL"]\n'
    )

    ended = project.pytest("-n", "2", "tests/test_workers.py", plus=("pytest-xdist",))

    assert len(ended.having("passed")) == 8, ended.output
