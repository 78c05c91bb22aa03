"""The embedded PostgreSQL server: it imports only the standard library; start at `start`.

A temporary server starts in half a second and is removed with its test run. A persistent server keeps its rows, and all
processes that use its folder share it. Both listen on a Unix socket in a private folder, so that no port is taken. A
watchdog process stops the server when its users have ended, even by `kill -9`.
"""

from .binaries import find_client
from .persistent_folder import choose_persistent_folder
from .postgres_errors import PostgresStartError, PostgresStopError, PostgresUnavailable
from .start import start_server
from .watchdog_client import PostgresServer

__all__ = [
    "PostgresServer",
    "PostgresStartError",
    "PostgresStopError",
    "PostgresUnavailable",
    "choose_persistent_folder",
    "find_client",
    "start_server",
]
