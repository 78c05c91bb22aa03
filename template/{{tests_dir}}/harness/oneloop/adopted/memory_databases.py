"""SQLite databases in memory that the suite makes itself: they end with the process, so they stay as they are."""

import pytest
from sqlalchemy import URL

from ..test_run import RUN
from .written_urls import is_in_memory

TESTS = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    guard, users = config.stash[RUN].guard, config.stash.setdefault(TESTS, set())

    def allows(url: URL) -> bool:
        if found := is_in_memory(url):
            users.add(guard.test)
        return found

    guard.allows = allows


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    if users := config.stash.get(TESTS, set()):
        tests = "1 test uses" if len(users) == 1 else f"{len(users)} tests use"
        terminalreporter.write_line(
            f"oneloop: {tests} a SQLite database in memory, which the suite makes itself. There the plugin neither "
            "empties nor checks anything. See docs/testing/migration.md."
        )
