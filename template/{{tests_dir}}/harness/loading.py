"""Everything that the conftest of a service that adopts the harness has to load, in one line.

`from tests.harness.loading import *` at its top: what it defines further down wins, and so does a
conftest.py below it. A new service lists the names in its own conftest.py instead.
"""

import sys
from pathlib import Path

from .requirements import check_requirements

check_requirements()  # what comes next would fail on a missing package, and not say what to do

# Tests without an __init__.py beside them found their helpers here, and still do.
sys.path.append(str(Path(__file__).parents[1]))

from .fixtures.application import (  # noqa: E402
    _after_each_test,
    _loop,
    _running_app,
    app,
)
from .fixtures.clients import (  # noqa: E402
    _open_client,
    _sync_client,
    admin_client,
    async_client,
    client,
    client_as,
    editor_client,
    writer_client,
)
from .fixtures.database import (  # noqa: E402
    _database,
    _isolation,
    _own_database,
    _restart_sequences,
    database_url,
    db_engine,
    db_session,
    second_database,
)
from .fixtures.network import external_http  # noqa: E402
from .fixtures.people import test_user, test_users  # noqa: E402
from .fixtures.seam import (  # noqa: E402
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
from .live.fixtures import _live_server, live_server  # noqa: E402
from .plugin import (  # noqa: E402
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
