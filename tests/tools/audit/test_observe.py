"""`--observe`: the same verdicts, by the requests that a real run sends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shipped import start_temporary
from tests.tools.audit.conftest import Audited, Sample

LOGIN = "test_admin_user_can_access_metrics"


@pytest.fixture
def brief(sample: Sample) -> Audited:
    return sample("brief")


@pytest.fixture
def postgresql() -> Iterator[dict[str, str]]:
    with start_temporary() as server:
        yield {"DATABASE_URL": server.url.replace("postgresql://", "postgresql+asyncpg://")}


@pytest.fixture
def sqlite(tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'hidden.db'}"}


@pytest.mark.parametrize("driver", ["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)])
def test_verdicts_are_those_that_were_read(brief: Audited, driver: str, request: pytest.FixtureRequest) -> None:
    """Also if a test fails in the middle, as it does with PostgreSQL: then the rest of it is read."""
    done = brief.audit("--observe", "--json", "-", env=request.getfixturevalue(driver))

    tests = {t["nodeid"].rpartition("::")[2]: t for t in json.loads(done.stdout)["tests"]}
    assert {name: test["verdict"] for name, test in tests.items()} == brief.beside()
    assert all(test["observed"] for test in tests.values())
    assert tests[LOGIN]["routes"] == [
        {"method": "POST", "path": "/api/auth/login"},
        {"method": "GET", "path": "/api/metrics"},
    ]


def test_shows_what_cannot_be_read(sample: Sample) -> None:
    """A computed URL is known when it is requested. Arguments after -- go to pytest."""
    suite = sample("shop")
    env = {"URL_OF_THE_TEST": "/health", "METHOD": "get"}

    done = suite.audit("--observe", "--json", "-", "--", "tests/test_routes.py", "-k", "computed", env=env)

    tests = {t["nodeid"].rpartition("::")[2]: t for t in json.loads(done.stdout)["tests"]}
    assert tests["test_computed_url"]["verdict"] == "keep"
    assert tests["test_computed_url"]["routes"] == [{"method": "GET", "path": "/health"}]
    assert tests["test_computed_url"]["observed"]
    assert not tests["test_client_of_a_plugin"]["observed"]


def test_database_that_no_tree_shows_is_seen(sample: Sample) -> None:
    """A session in the app's state has no type before it runs, but its statements are seen."""
    suite = sample("brief")
    suite.write("app/main.py", OPAQUE)
    suite.write("tests/conftest.py", "")
    suite.write("tests/test_metrics_security.py", ASKS_OPAQUE)

    assert suite.verdicts() == {"test_rows": "keep"}
    done = suite.audit("--observe", "--json", "-")

    assert [t["verdict"] for t in json.loads(done.stdout)["tests"]] == ["convert"]


def test_suite_that_does_not_run_is_reported(brief: Audited) -> None:
    brief.write("tests/test_broken.py", "import nothing_of_that_name\n")

    done = brief.audit("--observe", env={"DATABASE_URL": "sqlite+aiosqlite://"})

    assert done.returncode == 2
    assert "The suite did not run: pytest ended with status 2, see above." in done.stderr


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
from app.main import app


def test_rows():
    assert TestClient(app).get("/rows").json() == 1
"""
