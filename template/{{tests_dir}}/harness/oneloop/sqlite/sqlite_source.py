"""The folder with the files of one test run, in place of a server."""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL

from ..database.postgres_source import PostgresSource
from ..database.run_server import RunServer
from .sqlite_files import SqliteFiles

PREFIX = "oneloop-sqlite-"
BASE = "test"


class SqliteSource(PostgresSource):
    """A temporary folder that exists as long as the test run.

    If a run is killed, the next run removes its folder.
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedded = True
        self._folder: Path | None = None

    @property
    def described(self) -> str:
        return "SQLite (tests cannot prove locks, schemas or parallel writes)"

    def start(self, run: str = "", app_role: str = "") -> None:
        del run, app_role  # SQLite has no roles
        if self._folder is None:
            remove_old_folders()
            name = f"{PREFIX}{os.getpid()}-{uuid4().hex[:8]}"
            self._folder = Path(tempfile.gettempdir(), name)
            self._folder.mkdir(mode=0o700)

    def server(self, *, ready: bool = True) -> RunServer:
        """Return the URL from which the files' names are made."""
        del ready
        self.start()
        url = URL.create("sqlite+aiosqlite", database=str(self._folder / BASE))  # type: ignore[operator]  # start() sets it
        return RunServer(url, url, url)

    def databases(self, server: RunServer, run: str, worker: str) -> SqliteFiles:
        return SqliteFiles(server, run, worker)

    def stop(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def remove_old_folders() -> None:
    """Remove the folders of test runs that no longer exist."""
    if sys.platform == "win32":  # os.kill ends a process there
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        try:
            os.kill(int(pid), 0)
        except ValueError:
            continue
        except ProcessLookupError:
            with suppress(OSError):
                shutil.rmtree(folder)
        except OSError:
            continue  # another user's process, which runs
