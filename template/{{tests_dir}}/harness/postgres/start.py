"""The one call that the rest of the harness makes."""

from pathlib import Path

from .kept import start_kept
from .server import PostgresServer
from .throw_away import start_throw_away


def start_server(*, data_dir: Path | None = None) -> PostgresServer:
    """Start a server and return when it answers; raise `PostgresUnavailable` when none can be had.

    Without a folder it is a throw-away server, which forgets all and is gone with this process,
    however that ends. With one it is a kept server: rows stay, and who comes second joins it.
    May be called from any thread: it sets no signal handler and changes nothing of this process.
    """
    return start_throw_away() if data_dir is None else start_kept(data_dir)
