"""The files of one test run: a migrated template, and a copy of it for each worker."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ..database.worker_databases import WorkerDatabases

BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class SqliteFiles(WorkerDatabases):
    """The databases of one worker, as files in one folder."""

    limits: ClassVar[Mapping[str, float]] = {}  # a file is opened at once

    def name(self, suffix: str) -> str:
        """Return the path of a file, which is the database's name in its URL."""
        return f"{self.server.admin.database}_{self.run}_{suffix}.sqlite"

    def template(self, label: str) -> str:
        """Return the suffix of this worker's own template, for which no other worker waits."""
        return f"{label}_{self.worker}"

    async def check(self) -> None:
        """Do nothing: there is no server to reach."""

    async def make_template(self, label: str, migrate: Callable[[str], None]) -> None:
        """Create and migrate the template `label`, unless it exists."""
        path = Path(self.name(self.template(label)))
        if path.exists():  # noqa: ASYNC240  a local file
            return
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")  # a reader does not wait for a writer
        try:
            await asyncio.to_thread(migrate, self.url(self.template(label)))
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # into the one file
        except BaseException:
            self._remove(path)
            raise

    async def clone(self, suffix: str, template: str) -> None:
        shutil.copyfile(self.name(self.template(template)), self.name(suffix))

    async def drop(self, suffix: str) -> None:
        self._remove(Path(self.name(suffix)))

    @staticmethod
    def _remove(path: Path) -> None:
        for each in (path, *(path.with_name(path.name + end) for end in BESIDE)):
            each.unlink(missing_ok=True)
