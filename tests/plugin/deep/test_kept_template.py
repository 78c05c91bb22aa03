"""Promise 13: a kept template is what the migrations would make now."""

import asyncio
import os
import runpy
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from oneloop.database import kept_template
from oneloop.database.database_admin import DRIVER, administer
from oneloop.database.engine_guard import exempt
from oneloop.database.kept_template import KEPT, KEPT_SECONDS, KeptTemplate
from oneloop.postgres import start_temporary
from oneloop.seam import Migrate

CACHE = ".pytest_cache/oneloop"
TEMPLATE = "postgresql://run@localhost/test_template"
ENV = """
    import runpy
    from pathlib import Path

    from keepsake.words import WORDS

    here = Path(__file__).parent
    for file in here.parent.iterdir():
        file.suffix == ".ini" and file.read_text()
    for file in sorted((here / "versions").glob("*.py")):
        runpy.run_path(str(file))
    (here / "seed.csv").read_text()
"""
FILES = {
    "alembic.ini": "[alembic]",
    "migrations/env.py": ENV,
    "migrations/versions/0001.py": "from keepsake.tables import TABLES",
    "migrations/seed.csv": "1,2",
    "keepsake/__init__.py": "",
    "keepsake/words.py": "from .letters import LETTERS as WORDS",
    "keepsake/letters.py": "LETTERS = 'a'",
    "keepsake/tables.py": "TABLES = 1",
    "keepsake/seeding.py": "def seed(): pass",
    "keepsake/routes.py": "from keepsake import words",
    "tests/test_one.py": "",
}
CHANGED = {
    "a migration": ("migrations/versions/0001.py", "pass"),
    "a new migration": ("migrations/versions/0002.py", "pass"),
    "a deleted migration": ("migrations/versions/0001.py", None),
    "env.py": ("migrations/env.py", "pass"),
    "the first file of a folder": ("migrations/versions/2027/0001.py", "pass"),
    "the configuration": ("alembic.ini", "[other]"),
    "a file of data": ("migrations/seed.csv", "1,3"),
    "what env.py imports": ("keepsake/words.py", "WORDS = 'b'"),
    "what that imports": ("keepsake/letters.py", "LETTERS = 'b'"),
    "what a migration imports": ("keepsake/tables.py", "TABLES = 2"),
    "what `migrate` uses": ("keepsake/seeding.py", "def seed(): return 1"),
    "a package": ("keepsake/__init__.py", "import os"),
}
UNCHANGED = {
    "a module that no migration imports": ("keepsake/routes.py", "pass"),
    "a test": ("tests/test_one.py", "pass"),
    "a new test": ("tests/test_two.py", "pass"),
    "a report": ("report.xml", ""),
    "a file of an editor": ("migrations/versions/.0001.py.swp", ""),
    "bytecode": ("migrations/versions/__pycache__/0001.pyc", ""),
}
SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "it is cut off": lambda archive: archive[:-50],
    "it is empty": lambda archive: b"",
    "a file has other bytes": lambda archive: archive.replace(b"content", b"CONTENT"),
    "the manifest has other bytes": lambda archive: archive.replace(b"inputs", b"INPUTS"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project whose modules are imported before it migrates, as an app's are."""
    root = tmp_path / "project"
    for name, content in FILES.items():
        write(root / name, content)
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.setattr(kept_template, "WORTH_SECONDS", 0)
    for name in ("routes", "words", "tables", "seeding"):
        import_module(f"keepsake.{name}")
    yield root
    for name in [name for name in sys.modules if name.partition(".")[0] == "keepsake"]:
        del sys.modules[name]


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """The folder of an embedded server, as far as a copy is concerned."""
    folder = tmp_path / "server"
    for name in ("data/PG_VERSION", "data/base/1/112", "data/postmaster.pid", "password"):
        write(folder / name, "content")
    return folder


@pytest.fixture(scope="module")
def own_server() -> Iterator[URL]:
    """A server where no other worker writes: that would spoil each copy."""
    with start_temporary() as server:
        yield make_url(server.url).set(drivername=DRIVER)


@pytest.fixture
async def admin(own_server: URL) -> AsyncIterator[AsyncConnection]:
    with exempt():
        async with administer(own_server) as connection:
            yield connection


def write(path: Path, content: str | None) -> None:
    """Write a file that is older than a migration that starts now, or remove it."""
    if content is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(content))
    os.utime(path, (time.time() - 60,) * 2)


def migration(root: Path) -> Migrate:
    seeding = sys.modules["keepsake.seeding"]

    def migrate(url: str, revision: str = "head") -> None:
        del url, revision
        runpy.run_path(str(root / "migrations/env.py"))
        seeding.seed()

    return migrate


async def keep(
    root: Path, server: Path, admin: AsyncConnection, migrate: Migrate | None = None, *, settings: str = "", build: str = "18"
) -> bool:
    """Migrate and keep the result; return whether it was worth it."""
    kept = KeptTemplate(root, settings)
    kept.load(server.with_name("new server"), build)
    migrate = migrate or migration(root)
    manifest = kept.migrate(migrate, TEMPLATE)
    kept.folder = str(server)
    if manifest is not None:
        await kept.keep(admin, manifest, URL.create("postgresql"))
    return manifest is not None


def found(root: Path, tmp_path: Path, *, settings: str = "", build: str = "18") -> bool:
    """Start a server of another run: return whether it gets a copy, and a whole one."""
    folder = tmp_path / "other server"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    loaded = KeptTemplate(root, settings).load(folder, build)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files - {"password", "manifest"} == ({"data/PG_VERSION", "data/base/1/112"} if loaded else set())
    return loaded


@pytest.mark.parametrize(("name", "content"), CHANGED.values(), ids=CHANGED.keys())
async def test_what_the_migrations_read_makes_it_stale(
    project: Path, server: Path, admin: AsyncConnection, tmp_path: Path, name: str, content: str | None
) -> None:
    assert await keep(project, server, admin)
    assert found(project, tmp_path)

    write(project / name, content)

    assert not found(project, tmp_path)


@pytest.mark.parametrize(("name", "content"), UNCHANGED.values(), ids=UNCHANGED.keys())
async def test_other_files_do_not(
    project: Path, server: Path, admin: AsyncConnection, tmp_path: Path, name: str, content: str
) -> None:
    assert await keep(project, server, admin)

    write(project / name, content)

    assert found(project, tmp_path)


@pytest.mark.parametrize("other", [{"build": "19"}, {"settings": "an app's role"}], ids=["PostgreSQL", "settings"])
async def test_it_is_of_one_server_and_one_configuration(
    project: Path, server: Path, admin: AsyncConnection, tmp_path: Path, other: dict[str, str]
) -> None:
    await keep(project, server, admin)

    assert not found(project, tmp_path, **other)
    assert found(project, tmp_path)


async def test_it_is_of_one_migrate(project: Path, server: Path, admin: AsyncConnection, tmp_path: Path) -> None:
    """The tests of another folder may override the fixture."""
    await keep(project, server, admin)

    kept = KeptTemplate(project, "")

    (tmp_path / "another run").mkdir()

    assert kept.load(tmp_path / "another run", "18")
    assert kept.database(migration(project)) == "test_template"
    other: dict[str, Callable[[str], None]] = {}
    exec(compile("def migrate(url): pass", "conftest.py", "exec"), other)
    assert kept.database(other["migrate"]) == ""


async def test_all_modules_count_where_imports_are_computed(
    project: Path, server: Path, admin: AsyncConnection, tmp_path: Path
) -> None:
    write(project / "migrations/versions/0001.py", "from importlib import import_module as f\nf('keepsake.' + 'routes')")
    await keep(project, server, admin)

    write(project / "keepsake/routes.py", "pass")

    assert not found(project, tmp_path)


async def test_all_modules_count_where_no_script_runs(
    project: Path, server: Path, admin: AsyncConnection, tmp_path: Path
) -> None:
    """As where `migrate` creates the tables of the models."""
    await keep(project, server, admin, lambda url, revision="head": None)
    assert found(project, tmp_path)

    write(project / "keepsake/routes.py", "pass")

    assert not found(project, tmp_path)


async def test_what_another_process_reads_is_unknown(project: Path, server: Path, admin: AsyncConnection) -> None:
    def migrate(url: str, revision: str = "head") -> None:
        del url, revision
        subprocess.run([sys.executable, "-S", "-c", ""], check=True)

    assert not await keep(project, server, admin, migrate)


async def test_what_another_kind_of_callable_does_is_unknown(
    project: Path, server: Path, admin: AsyncConnection
) -> None:
    assert not await keep(project, server, admin, partial(migration(project)))


async def test_a_file_that_was_saved_meanwhile_is_unknown(project: Path, server: Path, admin: AsyncConnection) -> None:
    def migrate(url: str, revision: str = "head") -> None:
        migration(project)(url, revision)
        (project / "keepsake/words.py").write_text("WORDS = 'b'")

    assert not await keep(project, server, admin, migrate)


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
async def test_a_spoilt_copy_is_no_error_and_is_replaced(
    project: Path, server: Path, admin: AsyncConnection, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    await keep(project, server, admin)
    (copy,) = (project / CACHE).iterdir()

    copy.write_bytes(spoil(copy.read_bytes()))

    assert not found(project, tmp_path)
    await keep(project, server, admin)
    assert found(project, tmp_path)


async def test_a_change_while_it_is_copied_spoils_it(  # noqa: PLR0913, PLR0917  fixtures
    project: Path,
    server: Path,
    admin: AsyncConnection,
    tmp_path: Path,
    own_server: URL,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, write_archive = asyncio.get_running_loop(), kept_template.write_archive

    async def change() -> None:
        with exempt():
            async with administer(own_server) as connection:
                await connection.execute(text("SELECT pg_current_xact_id()"))

    def write_during_a_change(*arguments: Any) -> None:
        write_archive(*arguments)
        asyncio.run_coroutine_threadsafe(change(), loop).result()

    monkeypatch.setattr(kept_template, "write_archive", write_during_a_change)
    await keep(project, server, admin)

    assert not found(project, tmp_path)


async def test_rows_of_an_unlogged_table_would_be_lost(
    project: Path, server: Path, admin: AsyncConnection, tmp_path: Path
) -> None:
    write(server / "data/base/16384/16385_init", "")

    with pytest.raises(ValueError, match="server"):
        await keep(project, server, admin)

    assert not found(project, tmp_path)


async def test_two_runs_keep_it_at_once(project: Path, server: Path, admin: AsyncConnection, tmp_path: Path) -> None:
    runs = [KeptTemplate(project, ""), KeptTemplate(project, "")]
    migrate = migration(project)
    manifests = []
    for run in runs:
        run.load(server, "18")
        manifests.append(run.migrate(migrate, TEMPLATE))
    for run, manifest in zip(runs, manifests, strict=True):
        assert manifest is not None
        await run.keep(admin, manifest, URL.create("postgresql"))

    assert found(project, tmp_path)
    assert len(list((project / CACHE).iterdir())) == 1


async def test_few_are_kept_and_none_for_long(
    project: Path, server: Path, admin: AsyncConnection, tmp_path: Path
) -> None:
    cache = project / CACHE
    for number in range(KEPT + 2):
        write(project / "migrations/seed.csv", f"{number}")
        await keep(project, server, admin)
    assert len(list(cache.iterdir())) == KEPT

    for copy in cache.iterdir():
        os.utime(copy, (time.time() - KEPT_SECONDS - 1,) * 2)

    assert not found(project, tmp_path)
    assert list(cache.iterdir()) == []
