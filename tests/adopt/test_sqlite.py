"""On SQLite: what a test wrote is gone after it, whatever it did, and each worker has a file of its own."""

from pathlib import Path

import pytest

from tests.adopt.commands import audit, commit, convert
from tests.adopt.sample import Adopted, AdoptSample

pytestmark = pytest.mark.nightly

# A migration that puts a row into a table which is kept.
SEEDED = """
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import make_url

from oneloop.adopted import create_all


@pytest.fixture(scope="session")
def oneloop_kept_tables():
    return ["tag"]


@pytest.fixture(scope="session")
def oneloop_migrate(oneloop_metadata):
    make = create_all(oneloop_metadata)

    def go(url, revision="head"):
        make(url, revision)
        if revision == "head":
            with closing(sqlite3.connect(make_url(url).database)) as connection:
                connection.execute("INSERT INTO tag (name) VALUES ('kept')")
                connection.commit()

    return go
"""
TESTS = """
import os
import sqlite3

import pytest
from app.main import Note, Tag, engine
from sqlalchemy import make_url, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

twice = pytest.mark.parametrize("turn", range(2))
held = []


@twice
async def test_a_row(turn, async_client, db_session):
    await async_client.post("/notes", json={"title": "one"})
    assert [note.title for note in await db_session.exec(select(Note))] == ["one"]


class TestWider:
    @pytest.fixture(scope="class")
    async def stays(self):
        async with AsyncSession(engine) as session:
            session.add(Note(title="stays"))
            await session.commit()

    @twice
    async def test_row_of_a_wider_fixture(self, turn, stays, async_client):
        await async_client.post("/notes", json={"title": "left"})
        assert [note["title"] for note in (await async_client.get("/notes")).json()] == ["stays", "left"]


@twice
async def test_kept_rows(turn, async_client, db_session):
    (tag,) = (await db_session.exec(select(Tag))).all()
    assert tag.name == "kept"
    tag.name = "changed"
    db_session.add(Tag(name="another"))
    await db_session.commit()


@twice
async def test_a_changed_schema(turn, db_session):
    await db_session.execute(text("CREATE TABLE extra (id integer)"))
    await db_session.execute(text("INSERT INTO note (title) VALUES ('left')"))
    await db_session.commit()


@twice
async def test_a_lock_that_is_held(turn, async_client, db_session):
    assert (await async_client.get("/notes")).json() == []
    await async_client.post("/notes", json={"title": "left"})
    connection = sqlite3.connect(make_url(os.environ["DATABASE_URL"]).database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    held.append(connection)


def test_the_end():
    for connection in held:
        connection.close()
"""
VIEW = """
from oneloop.checks.test_migrations import find_missing_steps
from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel


class Report(SQLModel, table=True):
    metadata = MetaData()
    id: int = Field(primary_key=True)


async def test_view(db_session):
    connection = await db_session.connection()
    configured = {"include_object": lambda item, *_: item is not Report.__table__}
    steps = await connection.run_sync(find_missing_steps, [SQLModel.metadata, Report.metadata], configured)

    assert steps.startswith("# report does not exist, and Report reads it")
"""
WORKERS = """
import os

import pytest


@pytest.mark.parametrize("turn", range(8))
async def test_alone(turn, async_client):
    assert f"_{os.environ['PYTEST_XDIST_WORKER']}.sqlite" in os.environ["DATABASE_URL"]
    await async_client.post("/notes", json={"title": str(turn)})
    assert len((await async_client.get("/notes")).json()) == 1
"""


@pytest.fixture(scope="module")
def project(adopt_sample: AdoptSample, tmp_path_factory: pytest.TempPathFactory) -> Adopted:
    """The sample on SQLite, with a seeded table and tests that leave something behind."""
    project = adopt_sample("sqlmodel").copy(tmp_path_factory.mktemp("sqlite") / "notes")
    for name, text in {"conftest": SEEDED, "test_left": TESTS, "test_workers": WORKERS}.items():
        (project.root / f"tests/{name}.py").write_text(text)
    return project


def test_nothing_outlives_a_test(project: Adopted) -> None:
    """Rows, kept rows, tables; and a lock costs the test that holds it, by its name, and no other."""
    run = project.pytest("tests/test_left.py", "-p", "no:randomly")

    assert run.having("error") == {f"test_a_lock_that_is_held[{turn}]" for turn in range(2)}, run.output
    first, second = (run.outcomes[f"test_a_lock_that_is_held[{turn}]"].said for turn in range(2))
    assert "a transaction that locks the SQLite file" in first
    assert "The same error as in tests/test_left.py::test_a_lock_that_is_held[0]: LeakError" in second
    assert run.having("failure") == set(), run.output
    assert "2 tests changed the schema" in run.output


def test_missing_view_of_sqlmodel_is_drift(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    project = adopt_sample("sqlmodel").copy(tmp_path / "notes")
    (project.root / "tests/test_view.py").write_text(VIEW)

    run = project.pytest("tests/test_view.py", plus=("alembic",))

    assert run.having("passed") == {"test_view"}, run.output


def test_workers_have_a_file_each(project: Adopted) -> None:
    """Two side by side write at once, and see their own rows alone."""
    run = project.pytest("-n", "2", "tests/test_workers.py", plus=("pytest-xdist",))

    assert len(run.having("passed")) == 8, run.output


@pytest.mark.parametrize(
    ("good", "bad", "fails"),
    [
        pytest.param("for name in (*dirty, *changed):", "for name in changed:", "test_a_row", id="rows"),
        pytest.param(
            "if seeded := [", "if seeded := [][:0] and [", "test_row_of_a_wider_fixture", id="rows-of-a-fixture"
        ),
        pytest.param("if self._rows(name) != rows]", "if rows is None]", "test_kept_rows", id="kept-rows"),
        pytest.param("if now != self._shape:", "if not now:", "test_a_changed_schema", id="schema"),
    ],
)
def test_planted_bug_is_noticed(project: Adopted, good: str, bad: str, fails: str) -> None:
    """Without its part of the wipe, the second of two tests sees what the first has left."""
    wiper = project.root / "tests/harness/oneloop/sqlite/sqlite_wiper.py"
    text = wiper.read_text()
    assert text.count(good) == 1
    wiper.write_text(text.replace(good, bad))
    try:
        run = project.pytest("tests/test_left.py", "-k", fails, "-p", "no:randomly")
    finally:
        wiper.write_text(text)

    assert f"{fails}[1]" in run.having("failure") | run.having("error"), run.output


def test_one_line_moves_the_suite_to_postgresql(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """What was converted on SQLite is green there too."""
    project = commit(adopt_sample("sqlmodel").copy(tmp_path / "notes"))
    audit(project, "--json", "audit.json")
    convert(project, "--write")
    settings = project.root / "pyproject.toml"
    text = settings.read_text()
    assert text.count('driver = "sqlite+aiosqlite"\n') == 1
    settings.write_text(text.replace('driver = "sqlite+aiosqlite"\n', 'driver = "postgresql+asyncpg"\n'))

    run = project.pytest()

    assert set(run.ended.values()) == {"passed"}, run.output
    assert len([name for name in run.ended if ".harness." not in name]) == 14
