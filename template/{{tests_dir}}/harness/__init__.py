"""The harness: your service's tests run as production does, on one loop and a real PostgreSQL.

It belongs to the template and `copier update` renews it: do not edit it. Override instead: a
fixture of the same name in `tests/conftest.py` wins, and may extend the one it overrides.

To test:

- `async_client`, `admin_client`, `editor_client`, `writer_client`, `client_as(user_or_role)`:
  clients on the app; each is a person of its own.
- `client`: a sync `TestClient` for plain routing and validation; it refuses the database, and a
  route that authenticates. docs/testing/clients.md draws the line.
- `db_session`, `db_engine`: to arrange and to assert. Commit what a request shall see.
- `test_users`, `test_user`: one user for each role; a user whose password is `password`.
- `live_server`: the app behind real uvicorn; `pytest --live` sends every async client through it.
- `app`, `settings`, `database_url`: what runs, with what, on which database.

`tests/access.py` says what each role gets from each route; `access` asks them all.

Every commit is real. After a test that touched the database, one statement deletes every row.

To tell the harness about a service, `tests/conftest.py` overrides: `create_app`, `settings`,
`session_factory_dependency`, `metadata`, `migrate`, `roles`, `create_user`, `login`,
`password_hasher`, `dependency_overrides`, `kept_tables`. See `tests/harness/seam.py`.

The modules, one noun each: `guard` (which loop, which database), `wipe` (the one statement),
`database` (a database for each worker), `server` and `postgres` (where PostgreSQL comes from),
`lifespan` (the app, started once), `routes` (what FastAPI knows of them), `policy` (which client a
test may take), `access` (what each role gets), `overrides`, `sessions`, `clients`, `statements`
(the SQL of a failed test), `isolation` (what happens after each test), `live` (real sockets, and a
client's two ways to the app), `contract` (the API is as it says), `requirements`, `settings_check`
and `hints` (what it needs of the user's files), `manifest` (which of its own files were edited),
`update` (the verb); in an adopted suite `audit` (which tests are on the wrong client).

Importing this package imports the standard library alone: a check can then say what is missing.
"""

from .errors import (
    ClientPolicyError,
    HarnessError,
    LeakError,
    SeamError,
    WrongDatabaseError,
    WrongLoopError,
)
from .login import get_auth_token_async

__all__ = [
    "ClientPolicyError",
    "HarnessError",
    "LeakError",
    "SeamError",
    "WrongDatabaseError",
    "WrongLoopError",
    "get_auth_token_async",
]
