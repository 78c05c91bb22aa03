"""A lifespan that a test enters counts like a request: a `TestClient` runs it on a loop of its own."""

import json
from pathlib import Path

import pytest

from tests.tools.audit.conftest import Audited
from tests.tools.audit.test_samples import with_bugs

MAIN = """
import asyncio
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from pydantic_settings import BaseSettings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///:memory:")


async def clean_up():
    async with engine.begin() as connection:
        await connection.execute(text("SELECT 1"))


@asynccontextmanager
async def lifespan(app):
    task = asyncio.create_task(clean_up())
    yield
    await task


class Settings(BaseSettings):
    clean: bool = False


settings = Settings()


@asynccontextmanager
async def plain_lifespan(app):
    if settings.clean:
        await clean_up()
    if not settings.clean:
        app.state.clean = False
    app.state.engine = create_async_engine("sqlite+aiosqlite:///:memory:")
    yield
    await app.state.engine.dispose()


router = APIRouter(lifespan=plain_lifespan)
app = FastAPI(lifespan=lifespan)
app.include_router(router)
plain = FastAPI(lifespan=plain_lifespan)


@app.get("/health")
@plain.get("/health")
async def health():
    return "ok"
"""
HEAD = """import asyncio

import pytest
from asgi_lifespan import LifespanManager
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient

from main import app, lifespan, plain


"""
CLIENT = "AsyncClient(transport=ASGITransport(app))"
ON_A_LOOP = f"""async def run():
        async with ENTERED, {CLIENT} as c:
            await c.get('/health')

    asyncio.run(run())"""
TESTS = {
    "entered": ("convert", "with TestClient(app) as c:\n        c.get('/health')"),
    "no request": ("convert", "with TestClient(app):\n        pass"),
    "by hand": ("convert", "c = TestClient(app).__enter__()\n    c.get('/health')"),
    "not entered": ("keep", "TestClient(app).get('/health')"),
    "another app": ("keep", "with TestClient(plain) as c:\n        c.get('/health')"),
    "manager": ("own-loop", ON_A_LOOP.replace("ENTERED", "LifespanManager(app)")),
    "context": ("own-loop", ON_A_LOOP.replace("ENTERED", "app.router.lifespan_context(app)")),
    "function": ("own-loop", ON_A_LOOP.replace("ENTERED", "lifespan(app)")),
    "no lifespan": ("keep", ON_A_LOOP.replace("ENTERED, ", "")),
    "plain lifespan": ("keep", ON_A_LOOP.replace("ENTERED", "LifespanManager(plain)")),
}
VERDICTS = {f"test_{name.replace(' ', '_')}": verdict for name, (verdict, _) in TESTS.items()}
BODIES = "".join(f"def {name}():\n    {body}\n\n\n" for name, (_, body) in zip(VERDICTS, TESTS.values(), strict=True))


@pytest.fixture
def project(tmp_path: Path) -> Audited:
    project = Audited(tmp_path)
    project.write("main.py", MAIN)
    return project


def test_lifespan_that_reaches_the_database_decides(project: Audited) -> None:
    """Also by a task. Its own engine, a setting that is off, or the suite's loop decide nothing."""
    project.write("tests/test_app.py", HEAD + BODIES)

    assert project.verdicts("--app", "main:app") == VERDICTS


FIXTURE = """import pytest
from fastapi.testclient import TestClient
from main import app


@pytest.fixture
def client():
    with TestClient(app) as client:
        yield client


@pytest.fixture
async def manager():
    async with app.router.lifespan_context(app):
        yield


def test_health(client):
    assert client.get("/health").json() == "ok"


async def test_on_the_loop(manager):
    pass


async def test_on_its_own(event_loop):
    async with app.router.lifespan_context(app):
        pass
"""


@pytest.mark.parametrize("observed", [(), ("--observe",)], ids=["read", "observed"])
def test_lifespan_of_a_fixture_is_named(project: Audited, observed: tuple[str, ...]) -> None:
    """The reason has the line that enters it, and what it reaches. On the suite's loop it is right."""
    project.write("tests/test_app.py", FIXTURE)

    done = project.audit("--app", "main:app", "--json", "-", *observed)

    tests = {each["nodeid"].rpartition("::")[2]: each for each in json.loads(done.stdout)["tests"]}
    found = tests["test_health"]
    assert found["verdict"] == "convert"
    where = "the run" if observed else "tests/test_app.py:8"
    assert found["why"].startswith(f"the client runs the lifespan at {where}, which reaches database: ")
    assert found["reaches"] == ["database"]
    assert tests["test_on_the_loop"]["verdict"] == "keep"
    assert tests["test_on_its_own"]["why"] == "it runs on the loop of the fixture event_loop"


BUGS = {
    "lifespans are ignored": ("app/routes.py", "return lifespan_reaches(self.app, self.trees.code)", "return []"),
    "a setting that is off is on": ("app/reach.py", "settled=True)  #", "settled=False)  #"),
    "what a lifespan makes counts": ("app/reach.py", "if each.shared and", "if"),
    "a joined lifespan is not followed": ("app/reach.py", "if package_of(bare) in LIBRARIES:", "if False:"),
    "every loop of its own is wrong": ("verdicts.py", "if alone and (alone.shares or bound)", "if alone"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bug_changes_a_verdict(project: Audited, tmp_path: Path, bug: str) -> None:
    project.write("tests/test_app.py", HEAD + BODIES)
    wrong = with_bugs(project, tmp_path, BUGS[bug])

    assert wrong.verdicts("--app", "main:app") != VERDICTS
