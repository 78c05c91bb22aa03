"""Loads the harness, name by name; belongs to the template. Yours is `tests/conftest.py`.

It stands here, beside `pytest.ini`, and not in `tests/`, so that your own `tests/conftest.py`
overrides any of these names, and may extend the one it overrides.
"""

import sys
from pathlib import Path

import pytest

if not Path(__file__).with_name("tests").joinpath("harness", "__init__.py").exists():
    sys.exit(
        "ERROR: tests/harness/ is not whole: it was deleted, and no update brings back what was. "
        "Take back what is not committed, and restore it from the history; then update again. "
        "Run: git reset --hard && git clean -d --force docs/testing tests/harness && git checkout "
        '"$(git rev-list -1 HEAD -- tests/harness/__init__.py)^" -- tests/harness'
    )

pytest.register_assert_rewrite("tests.harness")

from tests.harness.fixtures.application import (  # noqa: E402  after the assert rewrite
    _after_each_test,
    _loop,
    _running_app,
    app,
)
from tests.harness.fixtures.clients import (  # noqa: E402
    _open_client,
    _sync_client,
    admin_client,
    async_client,
    client,
    client_as,
    editor_client,
    writer_client,
)
from tests.harness.fixtures.database import (  # noqa: E402
    _database,
    _isolation,
    _own_database,
    _restart_sequences,
    database_url,
    db_engine,
    db_session,
    second_database,
)
from tests.harness.fixtures.network import external_http  # noqa: E402
from tests.harness.fixtures.people import test_user, test_users  # noqa: E402
from tests.harness.fixtures.seam import (  # noqa: E402
    create_app,
    create_user,
    dependency_overrides,
    kept_tables,
    login,
    metadata,
    migrate,
    password_hasher,
    roles,
    session_factory_dependency,
    settings,
)
from tests.harness.live.fixtures import _live_server, live_server  # noqa: E402
from tests.harness.plugin import (  # noqa: E402
    pytest_addoption,
    pytest_configure,
    pytest_configure_node,
    pytest_report_header,
    pytest_runtest_makereport,
    pytest_sessionstart,
    pytest_unconfigure,
)

__all__ = [
    "_after_each_test",
    "_database",
    "_isolation",
    "_live_server",
    "_loop",
    "_open_client",
    "_own_database",
    "_restart_sequences",
    "_running_app",
    "_sync_client",
    "admin_client",
    "app",
    "async_client",
    "client",
    "client_as",
    "create_app",
    "create_user",
    "database_url",
    "db_engine",
    "db_session",
    "dependency_overrides",
    "editor_client",
    "external_http",
    "kept_tables",
    "live_server",
    "login",
    "metadata",
    "migrate",
    "password_hasher",
    "pytest_addoption",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_report_header",
    "pytest_runtest_makereport",
    "pytest_sessionstart",
    "pytest_unconfigure",
    "roles",
    "second_database",
    "session_factory_dependency",
    "settings",
    "test_user",
    "test_users",
    "writer_client",
]
