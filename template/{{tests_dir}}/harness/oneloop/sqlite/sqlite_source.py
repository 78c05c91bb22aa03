"""The folder of one run's files: it takes the place of a server."""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL

from ..database.postgres_source import PostgresSource
from .sqlite_files import SqliteFiles

PREFIX = "oneloop-sqlite-"
BASE = "test"


class SqliteSource(PostgresSource):
    """A folder in the temporary one, made when the run begins and gone when it ends.

    One that a killed run left is removed by the next run.
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedded = True
        self.described = "SQLite: promises about locks, schemas and a server do not hold"
        self._folder: Path | None = None

    @property
    def usable(self) -> bool:
        return True

    def start(self) -> None:
        """Make the folder, and remove those of runs that are no more."""
        if self._folder is None:
            sweep()
            name = f"{PREFIX}{os.getpid()}-{uuid4().hex[:8]}"
            self._folder = Path(tempfile.gettempdir(), name)
            self._folder.mkdir(mode=0o700)

    def url(self) -> URL:
        """Return the URL from which the names of the files derive."""
        self.start()
        return URL.create("sqlite+aiosqlite", database=str(self._folder / BASE))  # type: ignore[operator]  # start() made it

    def databases(self, url: URL, run: str, worker: str) -> SqliteFiles:
        """Return the files of one process of a run."""
        return SqliteFiles(url, run, worker)

    def stop(self) -> None:
        """Remove the folder, with all that is in it."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of runs whose process is gone."""
    if sys.platform == "win32":  # asking for a process there would end it
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
            continue  # somebody else's, and alive
