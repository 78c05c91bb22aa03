"""What real suites have is taken as it is: other loops, fixtures of the seam's names, a URL in parts, old versions."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.adopt.sample import Adopted, AdoptSample
from tests.support.environment import run
from tests.updates.edits import append

FIELD = """
import asyncio
import os
import unittest
from configparser import ConfigParser
from urllib.parse import urlsplit, urlunsplit

import pytest
import pytest_asyncio
from app.db import engine, get_db
from fastapi.testclient import TestClient
from pydantic import PostgresDsn, TypeAdapter
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from oneloop.test_run import RUN

pytestmark = pytest.mark.asyncio


@pytest.fixture
def loop(request):
    return request.config.stash[RUN].guard.loop


@pytest.fixture
async def of_anyio(anyio_backend):
    return asyncio.get_running_loop()


@pytest.mark.anyio
async def test_anyio(loop, of_anyio, anyio_backend_name):
    assert loop is asyncio.get_running_loop() is of_anyio


@pytest.mark.asyncio(loop_scope="module")
async def test_loop_of_the_module(loop):
    assert loop is asyncio.get_running_loop()


class TestUnittest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.loop = asyncio.get_running_loop()
        self.connection = await self.enterAsyncContext(engine.connect())

    async def test_that_reaches_the_database(self):
        assert self.loop is asyncio.get_running_loop()
        assert await self.connection.scalar(text("SELECT current_database()")) == os.environ["DB_NAME"]


async def test_after_it(loop):
    assert loop is asyncio.get_running_loop()


def test_sync_in_a_marked_module():
    pass


def test_fixtures_are_the_suites(settings, metadata, create_app, login, database_url):
    assert {settings, metadata, create_app, login, database_url} == {"mine"}


async def test_the_url_survives(database_url, monkeypatch):
    url = os.environ["DATABASE_URL"]
    name = make_url(url).database
    assert str(TypeAdapter(PostgresDsn).validate_python(url)) == url
    assert urlunsplit(urlsplit(url)) == url
    parts = urlsplit(url)
    assert (parts.hostname, parts.path, parts.query) == ("127.0.0.1", f"/{name}", "")
    ini = ConfigParser()
    ini.read_dict({"alembic": {"sqlalchemy.url": url}})
    assert ini["alembic"]["sqlalchemy.url"] == url
    dsn = "postgresql+asyncpg://{DB_USER}:{DB_PASSWORD}@{DB_HOST}:{DB_PORT}/{DB_NAME}".format(**os.environ)
    for each in (url, dsn, os.environ["TEST_DATABASE_URL"], os.environ["SYNC_URL"].replace("psycopg", "asyncpg")):
        other = create_async_engine(each)
        async with other.connect() as connection:
            assert await connection.scalar(text("SELECT current_database()")) == name
        await other.dispose()


async def test_first_use_of_a_cache(async_client):
    assert (await async_client.get("/caches")).json() == []


async def test_the_host_is_the_apps(async_client):
    assert (await async_client.get("/api/health")).status_code == 200


@pytest_asyncio.fixture(scope="module")
async def elsewhere():
    async with create_async_engine("postgresql+asyncpg://localhost/other_test").connect():
        pass


async def test_a_wide_fixture(elsewhere):
    pass


async def test_listed():
    global task
    task = asyncio.create_task(asyncio.sleep(60))
    raise RuntimeError("got Future attached to a different loop")
"""
CONFTEST = """
import pytest


def mine():
    return "mine"


settings, metadata, create_app, login, database_url = (pytest.fixture(mine, name=name) for name in (
    "settings", "metadata", "create_app", "login", "database_url"
))


@pytest.fixture(scope="session")
def event_loop():
    import asyncio

    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
"""
APP = """
import gettext
import importlib.metadata
import mimetypes
import zoneinfo

from starlette.middleware.trustedhost import TrustedHostMiddleware

app.add_middleware(TrustedHostMiddleware, allowed_hosts=["shop.example"])


@app.get("/caches")
async def caches() -> list[str]:
    zoneinfo.ZoneInfo.clear_cache()
    zoneinfo.ZoneInfo("Europe/Lisbon")
    mimetypes.inited = False
    mimetypes.guess_type("a.txt")
    importlib.metadata.version("fastapi")
    gettext.translation("none", fallback=True)
    return []
"""
TABLE = """
base_url = "https://shop.example"

[tool.oneloop.database_url_variables]
host = "DB_HOST"
port = "DB_PORT"
user = "DB_USER"
password = "DB_PASSWORD"
name = "DB_NAME"
"postgresql+asyncpg" = ["TEST_DATABASE_URL"]
"postgresql+psycopg" = "SYNC_URL"
"""
# As pytest-env and pytest-dotenv do, which read the variables of their own settings before any conftest.py.
PYTEST_ENV = """
import os

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    os.environ["DATABASE_URL"] = "postgresql+asyncpg://localhost/app"
"""
SEEDS = """
from contextlib import asynccontextmanager

from app.db import SessionLocal
from sqlalchemy import select


@asynccontextmanager
async def lifespan(_app):
    async with SessionLocal() as session:
        if not await session.scalar(select(User).where(User.username == "first")):
            session.add(User(email="first@test.com", username="first", role="admin", hashed_password="none"))
            await session.commit()
    yield


app.router.lifespan_context = lifespan
"""
SEEDED = """
import pytest
from app.db import SessionLocal, User
from sqlalchemy import delete, select, text

twice = pytest.mark.parametrize("turn", range(2))


async def names():
    async with SessionLocal() as session:
        return [*await session.scalars(select(User.username))]


@twice
async def test_a_row_is_added(turn, async_client):
    assert await names() == ["first"]
    async with SessionLocal.begin() as session:
        session.add(User(email="more@test.com", username="more", role="admin", hashed_password="none"))


@twice
async def test_b_the_row_is_deleted(turn, async_client):
    assert await names() == ["first"]
    async with SessionLocal.begin() as session:
        await session.execute(delete(User))


async def test_c_the_schema_changes(async_client):
    async with SessionLocal.begin() as session:
        await session.execute(text("CREATE TABLE more (id int)"))


@pytest.mark.own_database
async def test_d_in_a_database_of_its_own(async_client):
    assert await names() == ["first"]


@twice
async def test_e_it_is_there_again(turn, async_client):
    assert await names() == ["first"]
    async with SessionLocal.begin() as session:
        await session.execute(delete(User))
"""


@pytest.fixture
def project(adopt_sample: AdoptSample, tmp_path: Path) -> Adopted:
    """A project whose tests are those of a test here."""
    project = adopt_sample("brief").copy(tmp_path / "project")
    for name in ("conftest.py", "test_metrics_security.py"):
        (project.root / "tests" / name).unlink()
    return project


def test_it_is_taken_as_it_is(project: Adopted) -> None:
    root = project.root
    append(root / "app/main.py", APP)
    append(root / "pyproject.toml", TABLE)
    (root / "pytest_env.py").write_text(PYTEST_ENV)
    (root / "tests/test_field.py").write_text(FIELD)
    (root / "tests/conftest.py").write_text(CONFTEST)
    (root / "app/tests").mkdir()  # a package of this name beside the top-level one
    (root / "app/tests/__init__.py").touch()
    (root / "app/tests/test_field.py").write_text("def test_of_the_other_package():\n    pass\n")
    listed = {"tests/test_field.py::test_listed": {"family": "Another loop", "when": "call"}}
    (root / "tests/known_loop_failures.json").write_text(json.dumps({"tests": listed}))

    run = project.pytest("-p", "pytest_env", "-v", "tests/test_field.py", "app/tests")

    assert run.having("failure") == set(), run.output
    assert run.having("error") == {"test_a_wide_fixture"}, run.output
    assert run.having("skipped") == {"test_listed"}, run.output
    assert len(run.having("passed")) == 10, run.output
    place = r"The fixture 'elsewhere' at tests/test_field.py:\d+ used the database 'other_test'"
    assert re.search(place, run.outcomes["test_a_wide_fixture"].said)
    for line in (
        "The marker `anyio` changes nothing: the test runs on the suite's loop. Delete it. Tests that have it: 1",
        "The loop that a marker `asyncio` names is not used, but the suite's. Delete the argument.",
        "IsolatedAsyncioTestCase makes no loop here: its tests run on the suite's.",
        "tests/conftest.py:15 makes a loop that the app does not run on. Delete the fixture `event_loop`",
        "your fixtures are not the plugin's, which are in tests/seam.py: create_app, login, metadata, settings",
    ):
        assert f"oneloop: {line}" in run.output, run.output


def test_rows_of_the_apps_start_stay(project: Adopted) -> None:
    append(project.root / "app/main.py", SEEDS)
    (project.root / "tests/test_seeded.py").write_text(SEEDED)

    run = project.pytest("tests/test_seeded.py")

    assert len(run.having("passed")) == 8, run.output
    assert "oneloop: the app inserts rows when it starts, and they stay: public.users" in run.output


def test_a_seam_of_an_earlier_release_keeps_its_names_apart(project: Adopted) -> None:
    """Its fixtures have the plain names, which a fixture of a conftest.py would take."""
    seam = project.root / "tests/seam.py"
    plain = re.sub(r"\boneloop_(?=\w+)", "", seam.read_text()).replace("from .", "from oneloop.")
    seam.write_text(plain)
    (project.root / "tests/test_it.py").write_text("async def test_it(async_client):\n    pass\n")

    run = project.pytest("tests/test_it.py")
    (project.root / "tests/conftest.py").write_text(CONFTEST)
    refused = project.output("tests/test_it.py")

    assert run.having("passed") == {"test_it"}, run.output
    assert "tests/conftest.py and tests/seam.py both have the fixture 'create_app'" in refused
    assert "In seam.py, write oneloop_ before the name of each fixture." in refused


@pytest.mark.parametrize(
    ("lock", "commands"),
    [
        ("uv.lock", ['uv add "fastapi>=0.110"', 'uv add --dev "pytest-socket>=0.7"']),
        ("poetry.lock", ['poetry add "fastapi>=0.110"', 'poetry add --group dev "pytest-socket>=0.7"']),
        ("pdm.lock", ['pdm add "fastapi>=0.110"', 'pdm add --dev --group dev "pytest-socket>=0.7"']),
        ("", ['pip install "fastapi>=0.110" "pytest-socket>=0.7"', "Write the versions into your requirements"]),
    ],
)
def test_a_version_that_is_too_old_has_the_managers_own_command(
    project: Adopted, lock: str, commands: list[str]
) -> None:
    """The metadata are what an installer writes. The old FastAPI holds Starlette, which moves with it."""
    for name, version, needs in (("fastapi", "0.100.0", "starlette<0.28,>=0.27"), ("pytest_socket", "0.6.0", "pytest")):
        folder = project.root / f"{name}-{version}.dist-info"
        folder.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Dist: {needs}\n"
        (folder / "METADATA").write_text(metadata)
    (project.root / (lock or "requirements.txt")).touch()
    settings = project.root / "pyproject.toml"
    settings.write_text(settings.read_text().replace("[tool.uv", "[tool.other"))

    output = project.output()

    assert "fastapi 0.100.0 is too old. The plugin needs >=0.110." in output
    assert [each for each in commands if each not in output] == [], output
    assert re.search(r"It also moves starlette [\d.]+, since fastapi 0.100.0 allows starlette<0.28,>=0.27.", output)
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("variable", "status"), [("TEST_DATABASE_URL", pytest.ExitCode.USAGE_ERROR), ("ONELOOP_SERVER_URL", 0)]
)
def test_a_variable_that_means_something_else(project: Adopted, variable: str, status: int) -> None:
    """`TEST_DATABASE_URL` may be the suite's own: a setting names another variable for the plugin."""
    append(project.root / "pyproject.toml", f'server_url_variable = "{variable}"\n')
    (project.root / "tests/test_it.py").write_text("async def test_it(async_client):\n    pass\n")
    environment = {**project.environment, "TEST_DATABASE_URL": "sqlite+aiosqlite:///./test.db"}

    done = run(project.interpreter, "-m", "pytest", "-q", "tests/test_it.py", cwd=project.root, env=environment)

    assert done.returncode == status, done.stdout
    assert ('server_url_variable = "ONELOOP_SERVER_URL"' in done.stdout) is bool(status)


OWN_DATABASES = """
import asyncio
from pathlib import Path

import pytest
from app.db import get_db
from app.main import app
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import StaticPool

shared = create_async_engine("sqlite+aiosqlite:///:memory:", poolclass=StaticPool)


async def count(engine):
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS one (id int)"))
        await connection.execute(text("INSERT INTO one VALUES (1)"))
        return await connection.scalar(text("SELECT count(*) FROM one"))


async def session():
    async with AsyncSession(shared) as opened:
        yield opened


@pytest.mark.parametrize("turn", [1, 2])
async def test_in_memory_it_stays_as_it_is(turn):
    assert await count(shared) == turn


def test_a_loop_of_its_own(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'own.db'}")
    assert asyncio.run(count(engine)) == 1
    asyncio.run(engine.dispose())


def test_a_sync_client():
    app.dependency_overrides[get_db] = session
    try:
        assert TestClient(app).get("/api/health").status_code == 200
        assert TestClient(app).get("/rows").json() == 2
    finally:
        del app.dependency_overrides[get_db]


async def test_a_file_beside_the_tests():
    await count(create_async_engine(f"sqlite+aiosqlite:///{Path(__file__).parent / 'own.db'}"))


async def test_a_file_of_the_project():
    await count(create_async_engine("sqlite+aiosqlite:///latest.db"))
"""
ROWS = """
from sqlalchemy import text


@app.get("/rows")
async def rows(session=Depends(get_db)) -> int:
    return await session.scalar(text("SELECT count(*) FROM one"))
"""


def test_databases_that_the_suite_makes_itself_stay_as_they_are(project: Adopted) -> None:
    """In memory, in a temporary folder, and in a file for tests; another file of the project is another's database."""
    append(project.root / "app/main.py", ROWS)
    (project.root / "tests/test_own.py").write_text(OWN_DATABASES)

    run = project.pytest("tests/test_own.py", plus=("aiosqlite",))

    assert len(run.having("passed")) == 5, run.output
    assert run.having("failure") == {"test_a_file_of_the_project"}, run.output
    assert "oneloop: 5 tests use a SQLite database of the suite's own. There the plugin empties" in run.output


WRITTEN = """
import os

from app.db import SessionLocal
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def test_the_app_and_the_suite_are_on_the_test_database():
    own = create_async_engine("postgresql+asyncpg://another:word@db.example/shop")
    async with SessionLocal() as session, own.connect() as connection:
        for each in (session, connection):
            assert await each.scalar(text("SELECT current_database()")) == os.environ["PGDATABASE"]
    await own.dispose()


async def test_any_other_is_refused():
    async with create_async_engine("postgresql+asyncpg://another:word@db.example/other").connect():
        pass
"""


def test_a_url_in_the_code_is_the_test_databases(project: Adopted) -> None:
    """`database_urls` has no account."""
    database = project.root / "app/db.py"
    read, written = "settings.database_url", '"postgresql+asyncpg://me:secret@db.example/shop"'
    database.write_text(database.read_text().replace(read, written))
    append(project.root / "pyproject.toml", 'database_urls = ["postgresql+asyncpg://db.example/shop"]\n')
    (project.root / "tests/test_written.py").write_text(WRITTEN)

    run = project.pytest("tests/test_written.py")

    assert run.having("passed") == {"test_the_app_and_the_suite_are_on_the_test_database"}, run.output
    assert "'other'" in run.outcomes["test_any_other_is_refused"].said


MIGRATED = """
from sqlalchemy import event, insert


@event.listens_for(User.__table__, "after_create")
def add_the_first(table, connection, **_):
    connection.execute(insert(table).values(email="1@test.com", username="first", role="admin", hashed_password="none"))
"""
ALL_GONE = """
import pytest
from app.db import SessionLocal, User
from sqlalchemy import delete, select


@pytest.mark.parametrize("turn", range(2))
async def test_the_row_is_deleted(turn):
    async with SessionLocal.begin() as session:
        assert [*await session.scalars(select(User.username))] == ["first"]
        await session.execute(delete(User))
"""


def test_rows_of_the_migrations_stay(project: Adopted) -> None:
    append(project.root / "app/db.py", MIGRATED)
    (project.root / "tests/test_gone.py").write_text(ALL_GONE)

    run = project.pytest("tests/test_gone.py")

    assert len(run.having("passed")) == 2, run.output
    assert "oneloop: the migrations insert rows, and they stay: public.users" in run.output


ISOLATED = """
import unittest

from app.db import engine


class TestUnittest(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        async with engine.connect():
            pass
"""


class Planted(NamedTuple):
    """A bug in a file of the room, and the tests that pass in spite of it."""

    file: str
    good: str
    bad: str
    tests: str
    passed: frozenset[str] = frozenset()


PLANTED = {
    "a database of the suite's own is refused": Planted(
        "database_before_import.py",
        "found = is_in_memory(url) or _is_for_tests(url, project.resolve())",
        "found = False",
        OWN_DATABASES,
    ),
    "a file of the project is the suite's own": Planted(
        "database_before_import.py",
        'return re.search("(?<![a-z])test", ',
        'return re.search("test", ',
        OWN_DATABASES.replace("[1, 2]", "[1]").replace("json() == 2", "json() == 1"),
        frozenset(
            {
                "test_in_memory_it_stays_as_it_is[1]",
                "test_a_loop_of_its_own",
                "test_a_sync_client",
                "test_a_file_beside_the_tests",
                "test_a_file_of_the_project",
            }
        ),
    ),
    "unittest has a loop of its own": Planted(
        "other_loops.py", 'setattr(asyncio, "Runner"', 'setattr(asyncio, "Task"', ISOLATED
    ),
    "rows of the migrations stop the run": Planted("seeded_rows.py", "database.make = keeping", "database", ALL_GONE),
    "a URL in the code stays": Planted("alembic_process.py", "urls.make_url = make_url  #", "_ = make_url  #", WRITTEN),
}


@pytest.mark.nightly
@pytest.mark.parametrize("bug", PLANTED.values(), ids=PLANTED.keys())
def test_planted_bug_is_noticed(project: Adopted, bug: Planted) -> None:
    """Each changes what one of the tests above asserts."""
    append(project.root / "app/main.py", ROWS)
    append(project.root / "app/db.py", MIGRATED)
    append(project.root / "pyproject.toml", 'database_urls = ["postgresql+asyncpg://db.example/shop"]\n')
    planted = project.root / "tests/harness/oneloop/adopted" / bug.file
    text = planted.read_text()
    assert text.count(bug.good) == 1
    planted.write_text(text.replace(bug.good, bug.bad))
    (project.root / "tests/test_planted.py").write_text(bug.tests)

    run = project.pytest("tests/test_planted.py", plus=("aiosqlite",))

    assert run.having("passed") == bug.passed, run.output


MODELS = """

class Person(Base):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    mood: Mapped[str] = mapped_column(sa.Enum("good", "bad", name="mood"))
    __table_args__ = (sa.CheckConstraint("id > 0", name="positive"),)
"""
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mood", sa.Enum("good", "bad", name="mood"), nullable=False),
        sa.CheckConstraint("id > 0", name="positive"),
    )


def downgrade():
    op.drop_table("user")
"""


STAIRWAY = """
from pathlib import Path

from alembic.command import downgrade, upgrade
from alembic.config import Config


def test_stairway():
    config = Config(str(Path(__file__).parents[1] / "alembic.ini"))
    downgrade(config, "-1")
    upgrade(config, "head")
"""


@pytest.mark.nightly
def test_schemas_of_the_models_are_created(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """Without migrations nobody else would create them."""
    project = adopt_sample("brief").copy(tmp_path / "project")
    models = project.root / "app/db.py"
    name = '    __tablename__ = "users"\n'
    models.write_text(models.read_text().replace(name, f'{name}    __table_args__ = {{"schema": "people"}}\n'))

    run = project.pytest("tests/harness")

    assert run.having("failure") == run.having("error") == set(), run.output
    assert run.having("passed"), run.output


@pytest.mark.nightly
def test_checks_of_migrations_say_whose_fault_it_is(adopt_sample: AdoptSample, tmp_path: Path) -> None:
    """A table called `user` is like any other; the type of an enum that a downgrade leaves is the project's fault.

    A test of the project's own may run Alembic, whose env.py has a loop of its own.
    """
    project = adopt_sample("factory").copy(tmp_path / "project")
    database = project.root / "src/shop/database.py"
    database.write_text(
        database.read_text().replace("from fastapi import", "import sqlalchemy as sa\nfrom fastapi import") + MODELS
    )
    revision = project.root / "migrations/versions/0002_user.py"
    revision.write_text(REVISION)

    left = project.pytest("-p", "no:warnings", "tests/harness")
    revision.write_text(REVISION + '    op.execute("DROP TYPE mood")\n')
    (project.root / "tests/test_stairway.py").write_text(STAIRWAY)
    dropped = project.pytest("-p", "no:warnings", "tests/harness", "tests/test_stairway.py")
    revision.write_text(
        REVISION.replace('        sa.Column("mood"', '        sa.Column("note", sa.String),\n        sa.Column("mood"')
    )
    drifted = project.pytest("tests/harness", "-k", "agree")

    assert left.having("failure") == {"test_the_migrations_go_down_and_up_again"}, left.output
    assert 'type "mood" already exists' in left.output
    assert "This check judges the project's models and migrations" in left.output
    assert dropped.having("failure") == set(), dropped.output
    assert "test_stairway" in dropped.having("passed"), dropped.output
    assert "op.drop_column('user', 'note')" in drifted.output
    assert "--deselect tests/harness/oneloop/checks/test_migrations.py::test_the_models_and_the" in drifted.output


def test_a_suite_runs_on_where_its_app_does_not_start(project: Adopted) -> None:
    """Such as without its Redis, which the suite's own tests replace."""
    append(
        project.root / "app/main.py",
        SEEDS.replace(
            "    async with SessionLocal", "    raise ConnectionError('no Redis')\n    async with SessionLocal"
        ),
    )
    (project.root / "tests/test_own.py").write_text("def test_own():\n    pass\n")

    run = project.pytest("tests/harness", "tests/test_own.py")

    assert "test_own" in run.having("passed"), run.output
    assert "test_every_route_has_a_declared_answer_for_every_role" in run.having("error"), run.output
    assert "no Redis" in run.output


HOOKS = """
import asyncio
import os

import pytest
from app.db import Base
from sqlalchemy.ext.asyncio import create_async_engine


async def create_and_drop():
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.run_sync(Base.metadata.drop_all)
    await engine.dispose()


def pytest_sessionstart():
    asyncio.run(create_and_drop())


def pytest_sessionfinish():
    asyncio.run(create_and_drop())
"""
WIDER = """
import pytest
import pytest_asyncio
from app.db import SessionLocal, User
from sqlalchemy import func, select, text

twice = pytest.mark.parametrize("turn", range(2))


def user(name):
    return User(email=f"{name}@test.com", username=name, role="admin", hashed_password="none")


async def names():
    async with SessionLocal() as session:
        return sorted(await session.scalars(select(User.username)))


async def add(name):
    async with SessionLocal.begin() as session:
        session.add(user(name))


@pytest_asyncio.fixture(scope="session")
async def of_the_run():
    await add("run")


@pytest_asyncio.fixture(scope="session")
async def wide_session():
    async with SessionLocal() as session:
        session.add(user("wide"))
        await session.commit()
        await session.scalar(select(func.count(User.id)))
        yield session


@pytest_asyncio.fixture(scope="class")
async def of_the_class(of_the_run):
    await add("class")


@twice
async def test_a_row_of_the_run_stays(turn, of_the_run):
    assert await names() == ["run"]
    await add("test")


class TestClass:
    @twice
    async def test_b_and_one_of_the_class(self, turn, of_the_class):
        assert await names() == ["class", "run"]
        async with SessionLocal.begin() as session:
            await session.execute(text("DELETE FROM users"))


async def test_c_the_class_has_ended(of_the_run):
    assert await names() == ["run"]


@twice
async def test_d_a_session_of_the_run(turn, wide_session):
    found = await wide_session.scalar(select(User).where(User.username == "wide"))
    assert found.role == "admin"
    found.role = "none"
    await wide_session.flush()  # and never commits: the row would stay locked


async def test_e_an_extension(of_the_run):
    async with SessionLocal.begin() as session:
        await session.execute(text('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"'))
        await session.execute(text("CREATE EXTENSION IF NOT EXISTS pgcrypto"))
        assert (await session.scalar(text("SELECT uuid_generate_v4()"))).version == 4
        assert (await session.scalar(text("SELECT encode(digest('a', 'sha256'), 'hex')"))).startswith("ca978112ca1b")
        assert len(await session.scalar(text("SELECT gen_random_bytes(20)"))) == 20
"""


def test_what_wider_fixtures_and_hooks_do_holds(project: Adopted) -> None:
    """A hook that connects finds a database; rows of a wider fixture stay until it ends, and its session locks none."""
    (project.root / "tests/conftest.py").write_text(HOOKS)
    (project.root / "tests/test_wider.py").write_text(WIDER)

    run = project.pytest("tests/test_wider.py")

    assert len(run.having("passed")) == 8, run.output
    assert re.search(r"the fixture of_the_run at tests/test_wider.py:\d+ inserts rows once, and they stay", run.output)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("file", "good", "bad", "noticed"),
    [
        pytest.param(
            "wider_fixtures.py",
            "database.wiper, database.kept = wiper, kept",
            "pass",
            "FAILED tests/test_wider.py::test_a_row_of_the_run_stays[1]",
            id="rows of a wider fixture are wiped",
        ),
        pytest.param(
            "wider_fixtures.py",
            "loop.run_until_complete(end())",
            "end",
            "FAILED tests/test_wider.py::test_c_the_class_has_ended",
            id="rows of a wider fixture outlive it",
        ),
        pytest.param(
            "wider_fixtures.py",
            "if session.in_transaction():",
            "if session is None:",
            "tests/test_wider.py::test_d_a_session_of_the_run[0]",
            id="a wider session keeps its transaction",
        ),
        pytest.param(
            "session_hooks.py",
            "not any(hasattr(each, hook) for each in loaded_conftests(config))",
            "True",
            "ConnectionRefusedError",  # the server starts when the first database is asked for
            id="a hook finds no database",
        ),
        pytest.param(
            "stand_ins.py",
            "if version >= (18,)",
            "if version >= (99,)",
            "FAILED tests/test_wider.py::test_e_an_extension",
            id="an extension has no stand-in",
        ),
    ],
)
def test_planted_bug_in_what_is_wider_is_noticed(
    project: Adopted, file: str, good: str, bad: str, noticed: str
) -> None:
    planted = project.root / "tests/harness/oneloop/adopted" / file
    text = planted.read_text()
    assert text.count(good) == 1
    planted.write_text(text.replace(good, bad))
    (project.root / "tests/conftest.py").write_text(HOOKS)
    (project.root / "tests/test_wider.py").write_text(WIDER)

    assert noticed in project.output("tests/test_wider.py")
