"""The embedded PostgreSQL server: it imports only the standard library; start at `start_server`.

A temporary server is removed with its test run, a persistent one keeps its rows. Both listen on a Unix socket in a
private folder, so that no port is taken. A watchdog stops the server when its users have ended, even by `kill -9`.
"""

from collections.abc import Callable
from pathlib import Path

from .binaries import find_client
from .persistent import choose_persistent_folder, start_persistent
from .postgres_errors import PostgresStopError, PostgresUnavailable
from .temporary import start_temporary
from .watchdog_client import PostgresServer

__all__ = ["PostgresServer", "PostgresStopError", "PostgresUnavailable"]
__all__ += ["choose_persistent_folder", "find_client", "start_server"]


def start_server(
    *,
    data_dir: Path | None = None,
    announce: Callable[[str], None] = lambda _url: None,
    load: Callable[[Path, str], bool] = lambda _folder, _build: False,
    tcp: bool = False,  # on a free port of loopback instead of a socket
) -> PostgresServer:
    """Start a server and return it once it accepts connections.

    With `data_dir` it is the persistent server of that folder, else a temporary one, whose URL `announce` gets early.
    `load` may put `data` of an earlier server of the same build, and their `password`, into its folder, and returns
    whether it has. The URL is the administrator's. Raises `PostgresUnavailable`. Any thread may call this.
    """
    return start_temporary(announce, load, tcp) if data_dir is None else start_persistent(data_dir.resolve())
