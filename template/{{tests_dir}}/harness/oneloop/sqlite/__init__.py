"""SQLite instead of PostgreSQL, for an existing service that runs on it: a file for each worker.

May import `cleanup`, `database` and `errors`. Start with `sqlite_source`. Commits are real here too. SQLite has no row
locks, no LISTEN and NOTIFY and no parallel writes, so no test can prove those.
"""

from .sqlite_files import SqliteFiles
from .sqlite_source import SqliteSource
from .sqlite_wiper import SqliteWiper

__all__ = ["SqliteFiles", "SqliteSource", "SqliteWiper"]
