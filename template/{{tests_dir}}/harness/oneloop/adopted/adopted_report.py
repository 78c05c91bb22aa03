"""What the run of an existing suite reports in addition."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from .. import checks, seam
from ..fixtures import app_fixtures, database_fixtures
from ..report.stop_run import FAILED_FIXTURE
from ..seam import ASKED_AS, FIXTURES
from ..test_run import RUN
from .conftests import fixtures_of, loaded_conftests
from .database_before_import import OWN_DATABASES

MIGRATIONS = Path(checks.__file__).with_name("test_migrations.py")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the check of migrations where there are none."""
    has_none = find_spec("alembic") is None or hasattr(sys.modules["oneloop_seam"], "create_all")
    return True if collection_path == MIGRATIONS and has_none else None


def pytest_report_header(config: pytest.Config) -> list[str]:
    """List the suite's fixtures that override the plugin's, and those that do not, since their names are the seam's."""
    ours = {name for part in (app_fixtures, database_fixtures, seam) for name in fixtures_of(part)}
    overriding = {name for conftest in loaded_conftests(config) for name in fixtures_of(conftest) & ours}
    beside, over = sorted(overriding & FIXTURES.keys()), sorted(overriding - FIXTURES.keys())
    lines = [f"oneloop: your fixtures override the plugin's: {', '.join(over)}"] if over else []
    if beside:
        lines.append(f"oneloop: your fixtures are not the plugin's, which are in tests/seam.py: {', '.join(beside)}")
    return lines


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
    """Go on where the app does not start: the suite's own tests may not need it, or not what it lacks."""
    try:
        return (yield)
    except BaseException:
        stash = request.config.stash
        of_app = {"_running_app", "seam_create_app", ASKED_AS["create_app"]}
        if fixturedef.argname in of_app and FAILED_FIXTURE in stash:
            del stash[FAILED_FIXTURE]
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Say whose fault it is when the check of migrations fails: they may have been so for years."""
    report: pytest.TestReport = yield
    if item.path == MIGRATIONS and report.failed:
        whose = "This check judges the project's models and migrations, and they were so before the plugin came."
        report.sections.append(("oneloop", f"{whose} To leave it out, add to addopts:\n    --deselect {item.nodeid}"))
    return report


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    replaced = config.stash[RUN].replaced_databases
    if replaced:
        terminalreporter.write_line(
            f"oneloop: {replaced} tests changed the schema, and each needed a new database, which is slow. Delete the "
            "fixtures that create and drop tables: the plugin does it. See docs/testing/migration.md."
        )
    if users := config.stash[OWN_DATABASES]:
        tests = "1 test uses" if len(users) == 1 else f"{len(users)} tests use"
        terminalreporter.write_line(
            f"oneloop: {tests} a SQLite database of the suite's own. There the plugin empties and checks nothing. "
            "See docs/testing/migration.md."
        )
