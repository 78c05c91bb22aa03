"""SQLite databases that the suite makes in memory or in a temporary folder: they stay as they are.

They end with the test run, and no other run can be in them. So the plugin refuses none of them, on any loop.
"""

import tempfile
from pathlib import Path

import pytest
from sqlalchemy import URL

from ..test_run import RUN
from .written_urls import is_in_memory

OURS = "oneloop-sqlite-"  # the folder of a test run of the plugin
USERS = pytest.StashKey[set[str]]()
TEMPORARY = Path(tempfile.gettempdir()).resolve()


def pytest_configure(config: pytest.Config) -> None:
    guard = config.stash[RUN].guard
    users = config.stash.setdefault(USERS, set())

    def allows(url: URL) -> bool:
        found = is_in_memory(url) or _is_temporary(url, config.rootpath)
        if found:
            users.add(guard.test)
        return found

    guard.allows = allows


def _is_temporary(url: URL, project: Path) -> bool:
    if url.get_backend_name() != "sqlite" or not url.database or OURS in url.database:
        return False
    file = Path(url.database).resolve()
    return file.is_relative_to(TEMPORARY) and not file.is_relative_to(project.resolve())


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    if users := config.stash[USERS]:
        tests = "1 test uses" if len(users) == 1 else f"{len(users)} tests use"
        terminalreporter.write_line(
            f"oneloop: {tests} a SQLite database of the suite's own, in memory or in a temporary folder. There the "
            "plugin empties and checks nothing. See docs/testing/migration.md."
        )
