"""SQLite, for a service that runs on it and adopts the harness: a file for each worker.

Every commit is real here too, and one transaction wipes. What SQLite does not have, it does not
prove: locks on rows, LISTEN and NOTIFY, requests that write side by side.
"""

from .sqlite_files import SqliteFiles
from .sqlite_source import SqliteSource
from .sqlite_wiper import SqliteWiper

__all__ = ["SqliteFiles", "SqliteSource", "SqliteWiper"]
