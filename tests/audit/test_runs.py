"""What a real run shows: `--observe` judges by it, `--baseline` records what fails by its loop."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audit.audited import Audited
from tests.audit.conftest import Sample, copy_sample
from tests.support.shipped import start_server

KNOWN = "tests/known_loop_failures.json"
WITH_HOOKS = ("-m", "pytest", "-q", "-p", "tests.harness.audit.hooks", "--ignore=tests/harness", "-rx")
LOGIN = "test_admin_user_can_access_metrics"
UPDATE = "uv run python -m tests.harness.audit --baseline --update"


class Database:
    """The two drivers of the brief: one notices the wrong loop, the other does not."""

    def __init__(self, asyncpg: str, aiosqlite: str) -> None:
        self.asyncpg = {"DATABASE_URL": asyncpg}
        self.aiosqlite = {"DATABASE_URL": aiosqlite}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("sqlite") / "hidden.db"
    with start_server() as server:
        url = server.url.replace("postgresql://", "postgresql+asyncpg://")
        yield Database(url, f"sqlite+aiosqlite:///{file}")


@pytest.fixture
def brief(sample: Sample) -> Audited:
    """The brief's suite."""
    return sample("brief")


class TestObserve:
    @pytest.mark.parametrize("driver", ["asyncpg", "aiosqlite"])
    def test_verdicts_are_those_that_were_read(self, brief: Audited, database: Database, driver: str) -> None:
        """Also where a test fails in the middle: what it would have asked is read."""
        done = brief.audit("--observe", "--json", "-", env=getattr(database, driver))

        tests = {t["nodeid"].rpartition("::")[2]: t for t in json.loads(done.stdout)["tests"]}
        assert {name: test["verdict"] for name, test in tests.items()} == brief.beside()
        assert all(test["observed"] for test in tests.values())
        assert tests[LOGIN]["routes"] == [
            {"method": "POST", "path": "/api/auth/login"},
            {"method": "GET", "path": "/api/metrics"},
        ]

    def test_tells_what_cannot_be_read(self, sample: Sample) -> None:
        """A computed URL is a URL when it is asked; arguments after -- are pytest's."""
        suite = sample("shop")
        env = {"URL_OF_THE_TEST": "/health", "METHOD": "get"}

        done = suite.audit("--observe", "--json", "-", "--", "tests/test_unknown.py", "-k", "computed", env=env)

        tests = {t["nodeid"].rpartition("::")[2]: t for t in json.loads(done.stdout)["tests"]}
        assert tests["test_computed_url"]["verdict"] == "keep"
        assert tests["test_computed_url"]["routes"] == [{"method": "GET", "path": "/health"}]
        assert tests["test_computed_url"]["observed"]
        assert not tests["test_client_of_a_plugin"]["observed"]

    def test_database_that_no_tree_shows_is_seen(self, sample: Sample) -> None:
        """A session in the app's state has no type before it runs; its statements are seen."""
        suite = sample("brief")
        suite.write("pytest.ini", "[pytest]\n")
        suite.write("service.py", OPAQUE)
        suite.write("tests/conftest.py", "")
        suite.write("tests/test_metrics_security.py", ASKS_OPAQUE)

        assert suite.verdicts() == {"test_rows": "keep"}
        done = suite.audit("--observe", "--json", "-")

        assert [t["verdict"] for t in json.loads(done.stdout)["tests"]] == ["convert"]

    def test_suite_that_does_not_run_is_said(self, brief: Audited) -> None:
        brief.write("tests/test_broken.py", "import nothing_of_that_name\n")

        done = brief.audit("--observe", env={"DATABASE_URL": "sqlite+aiosqlite://"})

        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("The suite did not run (pytest ended with 2): see above.")


OPAQUE = """
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

app = FastAPI()
app.state.things = {"engine": create_engine("sqlite://", poolclass=StaticPool)}


@app.get("/rows")
def rows():
    connection = app.state.things["engine"].connect()
    return connection.execute(text("SELECT 1")).scalar()
"""
ASKS_OPAQUE = """
from fastapi.testclient import TestClient
from service import app


def test_rows():
    assert TestClient(app).get("/rows").json() == 1
"""


@pytest.fixture(scope="module")
def once(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """The brief's suite, its four failures recorded."""
    brief = copy_sample("brief", tmp_path_factory.mktemp("recorded") / "brief")
    done = brief.audit("--baseline", env=database.asyncpg)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "known_loop_failures.json is written: 4 tests fail by the loop. Commit it.\n"
    return brief


class TestBaseline:
    """The move is put off, and the suite is green and says so."""

    @pytest.fixture
    def recorded(self, once: Audited, tmp_path: Path) -> Audited:
        """A copy of it, to change."""
        return once.copy(tmp_path / "brief")

    def test_records_what_fails_by_its_loop(self, recorded: Audited) -> None:
        known = json.loads((recorded.root / KNOWN).read_text())["tests"]

        assert len(known) == 4
        assert {each["family"] for each in known.values()} == {"Another loop"}

    def test_suite_is_green_with_the_diagnosis(self, recorded: Audited, database: Database) -> None:
        done = recorded.python(*WITH_HOOKS, env=database.asyncpg)

        assert done.returncode == 0, done.stdout
        assert "4 passed, 4 xfailed" in done.stdout
        assert "Another loop: Something made on one event loop was awaited on another" in done.stdout
        assert "See docs/testing/diagnosis.md#another-loop" in done.stdout

    def test_mended_test_has_to_lose_its_mark(self, recorded: Audited, database: Database) -> None:
        """A strict mark: what passes fails, with the command that takes it off the list."""
        done = recorded.python(*WITH_HOOKS, env=database.aiosqlite)

        assert done.returncode == 1
        assert "4 failed, 4 passed" in done.stdout
        assert "does not fail any more, and known_loop_failures.json still says that it does." in done.stdout
        assert f"Take it off the list: {UPDATE}" in done.stdout

    def test_update_takes_off_what_is_mended(self, recorded: Audited, database: Database) -> None:
        told = recorded.audit("--baseline", env=database.aiosqlite)
        assert told.returncode == 1
        assert f"Take them off the list: {UPDATE}" in told.stdout

        updated = recorded.audit("--baseline", "--update", env=database.aiosqlite)

        assert updated.returncode == 0
        assert "known_loop_failures.json is empty, and was deleted." in updated.stdout
        assert not (recorded.root / KNOWN).exists()
        assert recorded.python(*WITH_HOOKS, env=database.aiosqlite).returncode == 0

    def test_new_failure_is_not_put_on_the_list(self, recorded: Audited, database: Database) -> None:
        file = recorded.root / "tests/test_metrics_security.py"
        file.write_text(file.read_text() + NEW)

        done = recorded.audit("--baseline", "--update", env=database.asyncpg)

        assert done.returncode == 1
        assert "New: tests/test_metrics_security.py::test_new (Another loop)" in done.stdout
        assert "test_new" not in (recorded.root / KNOWN).read_text()

    def test_another_error_is_not_hidden(self, recorded: Audited, database: Database) -> None:
        """The mark is for the loop: a test on the list that fails by an assertion fails."""
        file = recorded.root / "tests/test_metrics_security.py"
        right = f"def {LOGIN}(self, client, test_users):  # audit: convert-first\n"
        assert right in file.read_text()
        file.write_text(file.read_text().replace(right, f"{right}        assert 1 == 2\n"))

        done = recorded.python(*WITH_HOOKS, env=database.asyncpg)

        assert done.returncode == 1
        assert "1 failed, 4 passed, 3 xfailed" in done.stdout
        assert "assert 1 == 2" in done.stdout

    def test_failure_at_teardown_is_known_too(self, brief: Audited, database: Database) -> None:
        """Pytest's own xfail would call the test passed, and then fail at its end."""
        brief.write("tests/test_teardown.py", TEARDOWN)
        recorded = brief.audit("--baseline", "--", "tests/test_teardown.py", env=database.asyncpg)
        assert "1 test fails by the loop" in recorded.stdout, recorded.stdout + recorded.stderr

        assert brief.python(*WITH_HOOKS, "tests/test_teardown.py", env=database.asyncpg).returncode == 0

        brief.write("tests/test_teardown.py", TEARDOWN.replace("lock = asyncio.Lock()", "return"))
        mended = brief.python(*WITH_HOOKS, "tests/test_teardown.py", env=database.asyncpg)
        assert mended.returncode == 1
        assert "test_quiet does not fail any more" in mended.stdout

    def test_nothing_to_record(self, brief: Audited, database: Database) -> None:
        done = brief.audit("--baseline", env=database.aiosqlite)

        assert done.stdout == "No test fails by its loop: nothing is written.\n"
        assert not (brief.root / KNOWN).exists()

    def test_cut_list_is_refused(self, recorded: Audited, database: Database) -> None:
        recorded.write(KNOWN, "{")

        done = recorded.python(*WITH_HOOKS, env=database.asyncpg)

        assert done.returncode == 4
        assert "is no list of known failures, or was cut" in done.stderr


NEW = """

def test_new(client, test_users):
    admin = test_users["admin"]
    get_auth_token(client, admin["user"].email, admin["password"])
"""
TEARDOWN = '''
import asyncio

import pytest


@pytest.fixture
def lock_of_another_loop():
    """Leave a lock of one loop to another one, at the end of the test."""
    yield
    lock = asyncio.Lock()

    async def take():
        await lock.acquire()
        waiting = asyncio.ensure_future(lock.acquire())
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(take())
    asyncio.run(asyncio.wait_for(lock.acquire(), 1))


def test_quiet(lock_of_another_loop):
    assert True
'''
