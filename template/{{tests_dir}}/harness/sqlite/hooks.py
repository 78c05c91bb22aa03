"""On SQLite: which of the promises are not proved, and that it is said."""

from pathlib import Path

import pytest

from ..run import RUN
from .folder import RunFolder

PROMISES = Path(__file__).parents[1] / "promises"
# They make tables in a schema, lock rows, or ask a server.
NEEDS_POSTGRESQL = {"_probe_schema", "place", "scratch"}
ABOUT_A_SERVER = {
    "test_migrations.py",
    "test_outage.py",
    "test_own_database.py",
    "test_places.py",
    "test_server.py",
}


def _left_out(item: pytest.Item) -> bool:
    if not item.path.is_relative_to(PROMISES):
        return False
    fixtures = getattr(item, "fixturenames", ())
    return item.path.name in ABOUT_A_SERVER or not NEEDS_POSTGRESQL.isdisjoint(fixtures)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what SQLite cannot keep: to skip it would look as if it might."""
    if isinstance(config.stash[RUN].server, RunFolder):
        left_out = [item for item in items if _left_out(item)]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if item not in left_out]


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say so."""
    if isinstance(config.stash[RUN].server, RunFolder):
        return "harness: SQLite keeps no promise about locks, schemas or a server: left out"
    return None
