"""`--keep-rows`: the first failing test ends the run, and its rows stay to be looked at.

Without TEST_DATABASE_URL the run is on the kept server of development, for a throw-away one would
take the rows along.
"""

from collections.abc import Generator
from pathlib import Path

import pytest

from .postgres import choose_kept_folder
from .run import RUN
from .sqlite import RunFolder

OPTION = "--keep-rows"


def add_option(group: pytest.OptionGroup) -> None:
    """Add the option to pytest's."""
    group.addoption(
        OPTION,
        action="store_true",
        help="stop at the first failing test, keep its rows, and say how to open them",
    )


def data_dir(config: pytest.Config) -> Path | None:
    """Return where the kept server has its databases, when the rows are to be kept."""
    return choose_kept_folder(config.rootpath) if config.getoption(OPTION) else None


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what cannot be: several workers have no first failing test."""
    if config.getoption(OPTION) and getattr(config.option, "numprocesses", None):
        raise pytest.UsageError(
            f"{OPTION} stops at the first failing test, and -n runs several at once. "
            f"Leave one of them out: pytest {OPTION} -n 0"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the first failure, before its teardown would wipe."""
    report = yield
    run = item.config.stash[RUN]
    if report.failed and run.rows_kept_of is None and item.config.getoption(OPTION):
        if report.when != "teardown":
            run.rows_kept_of = item.nodeid
            run.isolation.places.keeping = True
        item.session.shouldfail = f"{OPTION} stops at the first failing test"
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say where the rows are and how to open them."""
    run = config.stash[RUN]
    if run.rows_kept_of is None or run.server_url is not None:
        return
    databases = run.databases()
    name = databases.name(databases.worker)
    terminalreporter.section("rows kept")
    terminalreporter.line(f"The rows of {run.rows_kept_of} are in the database {name}. To open it:")
    if isinstance(run.server, RunFolder):
        run.server.kept = True
        terminalreporter.line(f"    sqlite3 {name}")
        terminalreporter.line("It stays until the next run.")
    elif not run.server.embedded:
        url = databases.server.set(drivername="postgresql", database=name)
        terminalreporter.line(f"    psql '{url}'")
        terminalreporter.line(f"It stays until you drop it: DROP DATABASE {name}")
    else:
        terminalreporter.line(f"    uv run python -m tests.harness.dev psql {name}")
        terminalreporter.line(f"It stays until the next run with {OPTION}.")
