"""The embedded PostgreSQL server: it imports only the standard library; start at `start_temporary`.

A temporary server is removed with its test run, a persistent one keeps its rows. Both listen on a Unix socket in a
private folder, so that no port is taken. A watchdog stops the server when its users have ended, even by `kill -9`.
"""

from .binaries import find_client
from .persistent import choose_persistent_folder, start_persistent
from .postgres_errors import PostgresStopError, PostgresUnavailable
from .temporary import start_temporary
from .watchdog_client import PostgresServer

__all__ = ["PostgresServer", "PostgresStopError", "PostgresUnavailable", "choose_persistent_folder", "find_client"]
__all__ += ["start_persistent", "start_temporary"]
