"""The wiper of a SQLite file: one transaction deletes every row."""

import sqlite3
from collections.abc import Collection
from contextlib import suppress

from sqlalchemy import make_url

from ..cleanup.catalogue import MIGRATIONS_TABLES, Sequence
from ..cleanup.schema_digest import schema_changes
from ..cleanup.wiper import WipeResult
from ..errors import SeededRowsError

BUSY_SECONDS = 0.5
TABLES = """
    SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
    AND sql NOT LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name"""
SHAPE = "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master ORDER BY 1"
LEFT_OPEN = "a transaction that locks the SQLite file"


class SqliteWiper:
    """Deletes every row, except those of the kept tables, which it restores."""

    def __init__(self, path: str, kept: Collection[str]) -> None:
        self._names = MIGRATIONS_TABLES.union(kept)
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._shape: dict[str, str] = {}
        self._version = 0
        self._wiped: list[str] = []
        self._kept: dict[str, list[tuple[object, ...]]] = {}
        self.sequences: list[Sequence] = []

    @classmethod
    async def open(cls, url: str, kept: Collection[str]) -> "SqliteWiper":
        """Open the file at `url`; raise an error if a table to be wiped has rows."""
        wiper = cls(str(make_url(url).database), kept)
        await wiper.prepare()
        await wiper.check()
        return wiper

    async def prepare(self) -> None:
        """Record the current content: a wipe restores it."""
        names = [name for name, _ in self._connection.execute(TABLES)]
        self._shape = dict(self._connection.execute(SHAPE))
        self._version = self._schema_version()
        self._wiped = [name for name in names if name not in self._names]
        self._kept = {name: self._rows(name) for name in names if name in self._names}
        if "table sqlite_sequence" in self._shape:
            found = self._connection.execute("SELECT name, seq FROM sqlite_sequence")
            self.sequences = [Sequence(name, value, True) for name, value in found]

    async def check(self) -> None:
        if seeded := [name for name in self._wiped if self._holds_rows(name)]:
            raise SeededRowsError(seeded)

    async def wipe(self, *, compare_schema: bool = False) -> WipeResult:  # noqa: ARG002  PostgresWiper has it
        """Delete every row. A changed schema is always found: looking costs nothing here."""
        if self._schema_version() != self._version:
            now = dict(self._connection.execute(SHAPE))
            if now != self._shape:
                return WipeResult([], schema_changes(self._shape, now))
            self._version = self._schema_version()
        try:
            self._delete()
        except sqlite3.OperationalError as error:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            if "locked" not in str(error):
                return WipeResult([], [f"refused to be wiped: {error}"])
            # The file is replaced, and the connection that locks it keeps the old one.
            return WipeResult([LEFT_OPEN], ["locked"])
        except sqlite3.IntegrityError as error:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            return WipeResult([], [f"refused to be wiped: {error}"])
        return WipeResult()

    def _delete(self) -> None:
        dirty = [name for name in self._wiped if self._holds_rows(name)]
        changed = [name for name, rows in self._kept.items() if self._rows(name) != rows]
        if not dirty and not changed:
            return
        self._connection.execute("BEGIN IMMEDIATE")
        for name in (*dirty, *changed):
            self._connection.execute(f"DELETE FROM {_quoted(name)}")
        for name in changed:
            rows = self._kept[name]
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                insert = f"INSERT INTO {_quoted(name)} VALUES ({marks})"
                self._connection.executemany(insert, rows)
        self._connection.execute("COMMIT")

    async def restart_sequences(self) -> None:
        """Set each AUTOINCREMENT back to its value at `prepare`."""
        if "table sqlite_sequence" not in self._shape:
            return
        self._connection.execute("DELETE FROM sqlite_sequence")
        rows = [(name, value) for name, value, _ in self.sequences]
        self._connection.executemany("INSERT INTO sqlite_sequence VALUES (?, ?)", rows)

    async def close(self) -> None:
        self._connection.close()

    def _schema_version(self) -> int:
        return int(self._connection.execute("PRAGMA schema_version").fetchone()[0])

    def _holds_rows(self, name: str) -> bool:
        asked = f"SELECT EXISTS (SELECT 1 FROM {_quoted(name)})"
        return bool(self._connection.execute(asked).fetchone()[0])

    def _rows(self, name: str) -> list[tuple[object, ...]]:
        return self._connection.execute(f"SELECT * FROM {_quoted(name)} ORDER BY 1").fetchall()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
