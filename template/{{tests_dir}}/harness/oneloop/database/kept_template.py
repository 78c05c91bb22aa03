"""The migrated template, kept for later runs until a file that the migrations read has changed.

Of a given server a database is kept. The data of an embedded server are copied to a private folder of the user's cache:
right after the migrations, so that nothing of a test is in them.
"""

import hashlib
import json
import os
import shutil
import stat
import sys
import sysconfig
import tempfile
import time
from asyncio import to_thread
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from .migration_inputs import Recording, digest, digests, find_inputs

WORTH_SECONDS = 0.5  # to keep a template costs about as much as cheaper migrations
KEPT, KEPT_SECONDS, KEPT_BYTES = 3, 14 * 86_400.0, 512 << 20
NOT_COPIED = shutil.ignore_patterns("postmaster.*", ".s.*", "mmap.*")  # they belong to the running server
POSITION = text("SELECT CAST(pg_current_wal_insert_lsn() AS text)")
SERVER = text("""
    SELECT concat(version(), (SELECT concat(rolsuper, rolcreaterole) FROM pg_roles WHERE rolname = current_user),
        (SELECT concat(encoding, datcollate, datctype) FROM pg_database WHERE datname = 'template1'),
        (SELECT string_agg(name || default_version, ' ' ORDER BY name) FROM pg_available_extensions),
        (SELECT string_agg(name || setting, ' ' ORDER BY name) FROM pg_settings
         WHERE source = 'configuration file'))""")
COMMENTS = text("""
    SELECT shobj_description(oid, 'pg_database') FROM pg_database
    WHERE starts_with(datname, :prefix) AND starts_with(shobj_description(oid, 'pg_database'), '[')""")
COMMENT_ON = text("SELECT format('COMMENT ON DATABASE %I IS %L', CAST(:name AS text), CAST(:comment AS text))")


class Manifest(NamedTuple):
    """What a kept template depends on: files and folders with their digests, and `key` for the rest."""

    inputs: dict[str, str]
    key: str
    migrate: str
    database: str
    owner: str
    made: str
    used: float
    checksum: str = ""

    @property
    def digest(self) -> str:
        return digest(json.dumps([self.inputs, self.key, self.migrate]).encode())


class KeptTemplate:
    """What this run can keep, and the manifest of what it reuses: `found`."""

    def __init__(self, project: Path, settings: str, key: str = "", found: Manifest | None = None) -> None:
        self.key, self.found = key, found
        self._project, self._digest = project, digest(os.fsencode(project))
        self._repository = next((path for path in (project, *project.parents) if (path / ".git").exists()), project)
        packages = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
        ours = digests(Path(__file__).parent, [path.name for path in Path(__file__).parent.glob("*.py")])
        self._surroundings = f"{sys.version} {settings} {packages} {ours}"
        self._inputs: dict[str, str] = {}

    def database(self, migrate: Callable[[str], None]) -> str | None:
        """Return the database to clone instead of migrating. Another folder's tests may have another `migrate`."""
        return self.found.database if self.found and self.found.migrate == _name(migrate) else None

    def migrate(self, migrate: Callable[[str], None], url: str) -> None:
        """Migrate, and remember what the migrations read."""
        started, recording = time.time(), Recording()
        try:
            migrate(url)
        finally:
            recording.active = False
        if time.time() - started > WORTH_SECONDS:
            with suppress(OSError, ValueError, SyntaxError):  # a file that was imported may be gone or half-written
                paths = find_inputs(recording, migrate, self._repository)
                # A file that was written meanwhile may not be what was read.
                if all(path.is_dir() or path.stat().st_mtime < started for path in paths):
                    names = [os.path.relpath(path, self._repository) for path in paths]
                    self._inputs = digests(self._repository, names)

    def manifest(self, migrate: Callable[[str], None], database: str, owner: str) -> Manifest | None:
        """Return the manifest of the database that was just migrated; None if it is not to be kept."""
        now = time.time()
        made = time.strftime("%Y-%m-%d %H:%M", time.localtime(now))
        return Manifest(self._inputs, self.key, _name(migrate), database, owner, made, now) if self._inputs else None

    def load(self, folder: Path, build: str) -> bool:
        """Copy what was kept of an embedded server of the same `build` into `folder`, if it is current."""
        self.key = digest(f"{self._surroundings} {build}".encode())
        with suppress(OSError, RuntimeError):
            for copy in self._copies():
                with suppress(OSError, ValueError, TypeError):
                    manifest = Manifest(*json.loads((copy / "manifest").read_text()))
                    if not self._is_current(manifest):
                        continue
                    shutil.copy2(copy / "password", folder)
                    shutil.copytree(copy / "data", folder / "data")
                    if _checksum(folder / "data") == manifest.checksum:
                        os.utime(copy)
                        self.found = manifest
                        return True
                shutil.rmtree(copy, ignore_errors=True)
                shutil.rmtree(folder / "data", ignore_errors=True)
        return False

    async def copy(self, connection: AsyncConnection, folder: Path, manifest: Manifest) -> None:
        """Copy the data of an embedded server, in `folder`, if nothing changes them meanwhile."""
        final = self._cache() / f"{self._digest}-{manifest.digest}"
        if await to_thread(final.exists):  # another run was faster
            return
        await connection.exec_driver_sql("CHECKPOINT")
        position = await connection.scalar(POSITION)
        with tempfile.TemporaryDirectory(dir=final.parent, prefix="new-", ignore_cleanup_errors=True) as new:
            copy = await to_thread(_copy, folder, Path(new, "copy"), manifest)
            # It is what a crash would have left at that position, and PostgreSQL recovers from that.
            if copy is not None and position == await connection.scalar(POSITION):
                copy.rename(final)
        self._copies()

    async def find(self, connection: AsyncConnection, url: URL) -> None:
        """Find a kept database of a given server, and drop those that are too old or too many."""
        server = f"{await connection.scalar(SERVER)} {url.render_as_string(hide_password=False)}"
        self.key = digest(f"{self._surroundings} {server}".encode())
        manifests = []
        for comment in (await connection.scalars(COMMENTS, {"prefix": kept_name(url, "")})).all():
            with suppress(ValueError, TypeError):  # of another release
                manifests.append(Manifest(*json.loads(comment)))
        for index, manifest in enumerate(sorted(manifests, key=lambda each: each.used, reverse=True)):
            with suppress(DBAPIError):  # another run is copying or dropping it
                if self.found is None and self._is_current(manifest):
                    self.found = manifest
                    await self.comment(connection, manifest._replace(used=time.time()))
                elif index >= KEPT or time.time() - manifest.used > KEPT_SECONDS:
                    await connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{manifest.database}"')

    async def comment(self, connection: AsyncConnection, manifest: Manifest) -> None:
        names = {"name": manifest.database, "comment": json.dumps(manifest)}
        await connection.exec_driver_sql(str(await connection.scalar(COMMENT_ON, names)))

    def _is_current(self, manifest: Manifest) -> bool:
        with suppress(OSError):
            same = manifest.key == self.key and bool(manifest.inputs)
            return same and digests(self._repository, manifest.inputs) == manifest.inputs
        return False

    def _cache(self) -> Path:
        base = Path(os.environ.get("XDG_CACHE_HOME", ""))
        folder = (base if base.is_absolute() else Path.home() / ".cache") / "oneloop"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
        private = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
        if not private or folder.is_relative_to(self._project):
            raise PermissionError(folder)
        return folder

    def _copies(self) -> list[Path]:
        """Return the project's copies, the last used first; remove all that are too old, and its own beyond three."""
        used = {path: path.stat().st_mtime for path in self._cache().iterdir()}
        ours = sorted((path for path in used if path.name.startswith(self._digest)), key=used.__getitem__, reverse=True)
        for path in {*ours[KEPT:], *(path for path in used if used[path] < time.time() - KEPT_SECONDS)}:
            shutil.rmtree(path, ignore_errors=True)
        return ours[:KEPT]


def kept_name(url: URL, name: str) -> str:
    return f"{str(url.database)[:30]}_template_{name}"


def _name(migrate: Callable[[str], None]) -> str:
    return f"{migrate.__module__} {getattr(migrate, '__qualname__', '')}"


def _copy(folder: Path, to: Path, manifest: Manifest) -> Path | None:
    shutil.copytree(folder / "data", to / "data", ignore=NOT_COPIED)
    shutil.copy2(folder / "password", to)
    checksum = _checksum(to / "data")
    (to / "manifest").write_text(json.dumps(manifest._replace(checksum=checksum)))
    unlogged = any(to.glob("data/base/*/*_init"))  # tables whose rows a recovery does not bring back
    return None if unlogged or not checksum else to


def _checksum(data: Path) -> str:
    """Return a checksum of all files; an empty one if they are too large to keep."""
    files = sorted(path for path in data.rglob("*") if path.is_file())
    if sum(path.stat().st_size for path in files) > KEPT_BYTES:
        return ""
    checksum = hashlib.sha256()
    for path in files:
        checksum.update(f"{path.relative_to(data)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return checksum.hexdigest()
