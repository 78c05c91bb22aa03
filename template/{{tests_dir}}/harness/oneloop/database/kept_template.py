"""The migrated template, kept for later runs until a file that decides what the migrations do has changed.

A given server keeps a database with a comment, the project an archive of an embedded one; no test has used them.
"""

import hashlib
import json
import os
import re
import sys
import sysconfig
import time
from asyncio import to_thread
from collections.abc import Callable
from contextlib import suppress
from glob import escape
from importlib.util import source_from_cache
from operator import itemgetter
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any
from uuid import uuid4
from zipfile import BadZipFile, ZipFile

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..postgres.archive import MANIFEST, extract_archive, write_archive

WORTH_SECONDS = 0.5  # to keep a template costs about as much as cheaper migrations
KEPT, KEPT_SECONDS = 3, 14 * 86_400.0
PROCESSES = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.spawn", "os.fork", "os.exec"}
IMPORT = re.compile(r"(?:^|[:;])[ \t]*(?:from|import)\b(?:[^\n(\\]|\\\s|\([^)]*\))*|__import__", re.MULTILINE)
COMPUTE_IMPORTS = {"importlib", "pkgutil", "__import__"}  # what imports them may import any module
POSITION = text("SELECT CAST(pg_current_wal_insert_lsn() AS text)")
SERVER = text("""
    SELECT concat(version(),
        (SELECT string_agg(name || default_version, '' ORDER BY name) FROM pg_available_extensions),
        (SELECT string_agg(name || setting, '' ORDER BY name) FROM pg_settings WHERE source = 'configuration file'))""")
COMMENTS = text("""
    SELECT shobj_description(oid, 'pg_database') FROM pg_database
    WHERE starts_with(datname, :prefix) AND starts_with(shobj_description(oid, 'pg_database'), '{"inputs"')""")
# The `database` of which `owner`, `made` when, by the `migrate` of which file; patterns of its `inputs`, and `digest`.
Manifest = dict[str, Any]


class KeptTemplate:
    def __init__(self, project: Path, settings: str) -> None:
        self.found: Manifest | None = None  # what the run reuses
        self.folder = ""  # of an embedded server
        self.server = ""  # what tells servers apart
        self._began = time.time()
        self._project = project.resolve()
        above = (self._project, *self._project.parents)
        self._repository = next((path for path in above if (path / ".git").exists()), self._project)
        packages = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
        self._surroundings = f"{sys.version} {settings} {packages}"
        self._cache = self._project / ".pytest_cache" / "oneloop"  # outside version control, and in no image

    def database(self, migrate: Callable[[str], None]) -> str:
        """Return the database to clone instead of migrating, if there is one."""
        return self.found["database"] if self.found and self.found["migrate"] == _file(migrate) else ""

    def migrate(self, migrate: Callable[[str], None], url: str) -> Manifest | None:
        """Migrate. Return what the result depends on; None if that is unknown, or it is not worth keeping."""
        started, opened = time.time(), Opened()
        try:
            migrate(url)
        finally:
            opened.active = False
        if time.time() - started > WORTH_SECONDS and not opened.by_others and isinstance(migrate, FunctionType):
            with suppress(OSError, ValueError, SyntaxError):  # a file that was imported may be half-written
                inputs = self._find_inputs(opened.paths, migrate)
                found = {"inputs": inputs, "digest": self._digest(inputs), "migrate": _file(migrate)}
                template = make_url(url)
                return found | {"database": template.database, "owner": template.username, "made": _date(started)}
        return None

    async def keep(self, connection: AsyncConnection, manifest: Manifest, url: URL) -> None:
        """Keep the database that was just migrated; `url` is that of the administrator."""
        if self.folder:
            await self._archive(connection, manifest)
            return
        kept, owner, template = kept_name(url, manifest["digest"]), manifest["owner"], manifest["database"]
        comment = json.dumps({**manifest, "database": kept}).replace("'", "''")
        await connection.exec_driver_sql(f'CREATE DATABASE "{kept}" OWNER "{owner}" TEMPLATE "{template}"')
        await connection.exec_driver_sql(f"COMMENT ON DATABASE \"{kept}\" IS '{comment}'")

    async def find(self, connection: AsyncConnection, url: URL) -> None:
        """Find a kept database of a given server, and drop those that are too old or too many."""
        self.server = f"{await connection.scalar(SERVER)} {url.render_as_string(hide_password=False)}"
        comments = (await connection.scalars(COMMENTS, {"prefix": kept_name(url, "")})).all()
        manifests: list[Manifest] = sorted(map(json.loads, comments), key=itemgetter("made"), reverse=True)
        for index, manifest in enumerate(manifests):
            if index >= KEPT or manifest["made"] < _date(time.time() - KEPT_SECONDS):
                with suppress(DBAPIError):  # another run is copying or dropping it
                    await connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{manifest["database"]}"')
            elif not self.found and self._is_current(manifest):
                self.found = manifest

    def load(self, folder: Path, build: str) -> bool:
        """Extract what was kept of an embedded server of the same `build` into `folder`, if it is current."""
        self.server, self.folder = build, str(folder)
        for path in self._archives():
            with suppress(OSError, BadZipFile, ValueError, LookupError), ZipFile(path) as archive:
                if self._is_current(manifest := json.loads(archive.read(MANIFEST))):
                    extract_archive(archive, folder)
                    self.found = manifest
                    return True
                continue
            path.unlink(missing_ok=True)
        return False

    async def _archive(self, connection: AsyncConnection, manifest: Manifest) -> None:
        self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._cache.with_name(".gitignore").write_text("*\n")  # as pytest does, but only where it makes the folder
        final = self._cache / f"{manifest['digest']}.zip"
        new = final.with_name(f"new-{uuid4().hex}.zip")
        await connection.exec_driver_sql("CHECKPOINT")
        position = await connection.scalar(POSITION)
        try:
            await to_thread(write_archive, new, Path(self.folder), json.dumps(manifest))
            # It is what a crash would have left at that position, and PostgreSQL recovers from that.
            if position == await connection.scalar(POSITION):
                new.replace(final)
        finally:
            new.unlink(missing_ok=True)
        self._archives()

    def _archives(self) -> list[Path]:
        """Return the newest archives; remove the others, and all that are too old."""
        archives = sorted(self._cache.glob("*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in archives:
            if path in archives[KEPT:] or path.stat().st_mtime < time.time() - KEPT_SECONDS:
                path.unlink(missing_ok=True)
        return [path for path in archives if path.exists()]

    def _find_inputs(self, opened: set[Path], migrate: FunctionType) -> list[str]:
        """Return patterns of the files that decide what `migrate` does.

        A file that it opens counts with those of its kind beside and below it, and a module if one of them imports it.
        """
        loaded = {name: Path(getattr(module, "__file__", None) or "") for name, module in list(sys.modules.items())}
        modules = {path: name.rpartition(".")[2] for name, file in loaded.items() if (path := self._own(file))}
        found = {path for path in map(self._own, opened) if path}
        files = found - modules.keys()
        if not any(path.suffix == ".py" for path in files):  # it creates the tables of the models, for example
            found |= modules.keys()
        used = _used_names(migrate, migrate.__code__)
        counted: set[Path] = set()
        while found:
            counted |= found
            used = used.union(*(_imported_names(self._repository / path) for path in found))
            every = not used.isdisjoint(COMPUTE_IMPORTS)
            found = {path for path, name in modules.items() if every or name in used} - counted
        patterns = {escape(str(path)) for path in (*counted, self._own(Path(_file(migrate)))) if path}
        for path in files:
            if path.suffix and not self._project.is_relative_to(self._repository / path.parent):
                patterns.add(f"{escape(str(path.parent))}/**/*{path.suffix}")
        return sorted(patterns)

    def _own(self, path: Path) -> Path | None:
        """Return the source of a file, below the repository, if it is there and of no library."""
        with suppress(ValueError):
            path = Path(source_from_cache(path))
        path = path.resolve()
        if "site-packages" in path.parts or not path.is_relative_to(self._repository) or not path.is_file():
            return None
        return path.relative_to(self._repository)

    def _digest(self, inputs: list[str]) -> str:
        """Return a digest of what the migrations depend on; an error if a file was written since the run began."""
        digest = hashlib.sha256(f"{self._surroundings} {self.server}".encode())
        for path in sorted({path for pattern in inputs for path in self._repository.glob(pattern)}):
            if path.stat().st_mtime > self._began:
                raise FileExistsError(path)
            content = path.read_bytes()
            digest.update(f"\n{path.relative_to(self._repository)} {len(content)}\n".encode() + content)
        return digest.hexdigest()[:16]

    def _is_current(self, manifest: Manifest) -> bool:
        with suppress(OSError):
            return bool(manifest["digest"] == self._digest(manifest["inputs"]))
        return False


class Opened:
    """What the interpreter opens, by its audit events. None tells what other processes open."""

    def __init__(self) -> None:
        self.paths: set[Path] = set()
        self.active, self.by_others = True, False
        sys.addaudithook(self._hear)  # no hook can be removed

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.active and event in PROCESSES:
            self.by_others = True
        elif self.active and event == "open" and not isinstance(arguments[0], int):
            self.paths.add(Path(os.fsdecode(arguments[0])).absolute())


def _date(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))


def kept_name(url: URL, digest: str) -> str:
    return f"{str(url.database)[:30]}_template_{digest}"


def _file(migrate: Callable[[str], None]) -> str:
    return migrate.__code__.co_filename if isinstance(migrate, FunctionType) else ""


def _used_names(function: FunctionType, code: CodeType) -> set[str]:
    values = [function.__globals__.get(name) for name in code.co_names]
    values += [cell.cell_contents for cell in function.__closure__ or ()]
    modules = [str(getattr(each, "__module__", None) or getattr(each, "__name__", "")) for each in values]
    names = {name.rpartition(".")[2] for name in (*code.co_names, *modules)}
    return names.union(*(_used_names(function, each) for each in code.co_consts if isinstance(each, CodeType)))


def _imported_names(path: Path) -> set[str]:
    source = path.read_text("utf-8") if path.suffix == ".py" else ""
    return set(re.findall(r"\w+", " ".join(IMPORT.findall(source))))
