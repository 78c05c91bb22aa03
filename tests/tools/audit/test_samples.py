"""Every test of every sample gets the verdict that is written beside it."""

import dataclasses
import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.environment import run, succeed, uv
from tests.tools.audit.conftest import TOOLS, Audited, Sample

SAMPLES = {"brief": 8, "factory": 14, "shop": 87}


@pytest.mark.parametrize("name", SAMPLES)
def test_verdicts_are_those_beside_the_tests(sample: Sample, name: str) -> None:
    """No test is left out, and none is found that pytest would not collect."""
    suite = sample(name)

    beside = suite.beside()
    assert suite.verdicts() == beside
    assert len(beside) == SAMPLES[name]


def test_nothing_is_changed(sample: Sample) -> None:
    """An audit writes no file except the one that it is asked for."""
    suite = sample("shop")
    before = {path: path.read_bytes() for path in suite.root.rglob("*") if path.is_file()}

    assert suite.tool(env={"PYTHONDONTWRITEBYTECODE": "1"}).returncode == 0

    assert {path: path.read_bytes() for path in suite.root.rglob("*") if path.is_file()} == before


BUGS = {
    "dependencies are not followed": (
        "app/reach.py",
        "for each in dependant.dependencies:\n                found +=",
        "for each in ():\n                found +=",
        "test_services_as_classes",
    ),
    "security schemes are ignored": (
        "app/reach.py",
        "scheme = find_scheme(dependant)",
        "scheme = None",
        "test_scheme_in_a_mounted_app",
    ),
    "code around the tree is not followed": (
        "app/reach.py",
        "for each in self.code.reaches(endpoint)",
        "for each in ()",
        "test_around_the_tree",
    ),
    "functions are not followed": (
        "app/reach.py",
        "for function in reading.calls:",
        "for function in ():",
        "test_through_functions",
    ),
    "objects of the loop are overlooked": (
        "app/resources.py",
        'names & {f"asyncio.{name}" for name in LOOP_BOUND}',
        "False",
        "test_lock",
    ),
    "abstract methods count as plain": (
        "app/functions.py",
        "return isinstance(body, list) and all(",
        "return False and all(",
        "test_abstract_service",
    ),
    "the middleware of mounted apps is ignored": (
        "app/routes.py",
        'around = self._around(getattr(context, "app", None))',
        "around = []",
        "test_mounted_app_has_a_middleware",
    ),
    "a slash is not redirected": (
        "app/routes.py",
        '"redirect_slashes", False',
        '"nothing", False',
        "test_with_redirect",
    ),
    "a refused body counts as a request": (
        "verdicts.py",
        "if refused_early and reach.late:",
        "if False:",
        "test_wrong_parameter",
    ),
    "an expected 401 is overlooked": (
        "verdicts.py",
        "if sync and request.expected & REFUSED and not self.sync_sessions:",
        "if False:",
        "test_helper_of_a_module",
    ),
    "fixtures are not read": (
        "suite/interpreter.py",
        "for name in used_fixtures(found):",
        "for name in ():",
        "test_used_fixture",
    ),
    "loops are not followed": (
        "suite/statements.py",
        "for element in self.elements(self.value(node.iter, frame)):",
        "for element in ():",
        "test_loop_over_pairs",
    ),
    "one way of a condition is taken": (
        "suite/statements.py",
        "self.join([node.body, node.orelse], frame)",
        "self.run(node.orelse, frame)",
        "test_unknown_branch",
    ),
    "parameters are not followed": (
        "suite/interpreter.py",
        'for name, call in found if name == "parametrize"',
        "for name, call in ()",
        "test_expected_status",
    ),
    "a lost client is not reported": (
        "verdicts.py",
        "found.unknown += record.lost",
        "pass",
        "test_client_goes_elsewhere",
    ),
}


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bug_is_seen_in_a_verdict(sample: Sample, tmp_path: Path, bug: str) -> None:
    """Each part of the audit is needed: without it, the test that is named here gets another verdict."""
    path, good, bad, name = BUGS[bug]
    suite = with_bugs(sample("shop"), tmp_path, (path, good, bad))

    assert suite.verdicts()[name] != suite.beside()[name]


def with_bugs(suite: Audited, folder: Path, *edits: tuple[str, str, str]) -> Audited:
    """Return the suite with a copy of the tools in which each edit has replaced one text by another."""
    tools = Path(shutil.copytree(TOOLS, folder / "tools", ignore=shutil.ignore_patterns("__pycache__")))
    for path, good, bad in edits:
        file = tools / "oneloop_tools/audit" / path
        text = file.read_text()
        assert good in text, f"{path} has no {good!r}: the planted bug has to follow the code"
        file.write_text(text.replace(good, bad))
    return dataclasses.replace(suite, tools=tools)


def test_background_tasks_are_found_in_the_tree_and_in_code(sample: Sample, tmp_path: Path) -> None:
    """One of the two is enough."""
    tree = ("app/reach.py", "if dependant.background_tasks_param_name:", "if False:")
    code = ("app/resources.py", "issubclass(each, BackgroundTask)", "False")
    suite = sample("shop")

    one = with_bugs(suite, tmp_path / "one", tree)
    both = with_bugs(suite, tmp_path / "both", tree, code)

    assert one.verdicts()["test_background_task"] == "convert"
    assert both.verdicts()["test_background_task"] == "keep"


class TestTheApp:
    """How it is found."""

    def test_by_option(self, sample: Sample) -> None:
        assert sample("shop").document("--app", "shop.main:create_admin")["app"] == "shop.main:create_admin"

    def test_by_copiers_answers(self, sample: Sample) -> None:
        suite = sample("brief")
        suite.write(".copier-answers.yml", "# Written by Copier.\n_commit: 1.0.0\napp: 'app.main:app'\n")
        suite.write("other.py", "from fastapi import FastAPI\n\nother = FastAPI()\n")

        assert suite.document()["app"] == "app.main:app"

    def test_by_the_entry_point_of_fastapi(self, sample: Sample) -> None:
        suite = sample("brief")
        suite.write("pyproject.toml", '[tool.fastapi]\nentrypoint = "app.main:app"\n')
        suite.write("other.py", "from fastapi import FastAPI\n\nother = FastAPI()\n")

        assert suite.document()["app"] == "app.main:app"


class TestTheSessionDependency:
    """Sessions that do not look like sessions: only the project can name them."""

    OPAQUE = "class Opaque:\n    def ask(self):\n        return 1\n\n\ndef get_db():\n    return Opaque()\n"
    APP = (
        "from fastapi import Depends, FastAPI\n\nfrom db import get_db\n\napp = FastAPI()\n\n\n"
        '@app.get("/rows")\ndef rows(db=Depends(get_db)):\n    return db.ask()\n'
    )
    TEST = "from fastapi.testclient import TestClient\nfrom main import app\n\n\ndef test_rows():\n"

    @pytest.fixture
    def suite(self, tmp_path: Path) -> Audited:
        suite = Audited(tmp_path)
        suite.write("db.py", self.OPAQUE)
        suite.write("main.py", self.APP)
        suite.write("tests/test_rows.py", f'{self.TEST}    TestClient(app).get("/rows")\n')
        return suite

    def test_is_not_known_by_itself(self, suite: Audited) -> None:
        assert suite.verdicts() == {"test_rows": "keep"}

    def test_is_known_when_it_is_named(self, suite: Audited) -> None:
        assert suite.verdicts("--session-dependency", "db:get_db") == {"test_rows": "convert"}


def test_clients_of_the_plugin_are_known(tmp_path: Path) -> None:
    """In a project that has adopted the plugin, pytest finds its fixtures by an entry point."""
    suite = Audited(tmp_path)
    suite.write("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/a')\ndef a(): ...\n")
    suite.write(
        "tests/test_a.py",
        "def test_sync(client):\n    client.get('/a')\n\n\n"
        "async def test_async(admin_client):\n    await admin_client.get('/a')\n",
    )
    assert suite.verdicts() == {"test_sync": "unknown", "test_async": "unknown"}

    suite.write("tests/harness/oneloop/plugin.py", "def test_of_the_plugin(): ...\n")

    clients = {test["nodeid"].rpartition("::")[2]: test["client"] for test in suite.document()["tests"]}
    assert clients == {"test_sync": "TestClient", "test_async": "AsyncClient"}


@pytest.mark.nightly
@pytest.mark.parametrize("version", ["0.110.3", "0.129.0"])
def test_older_fastapi_gets_the_same_verdicts(sample: Sample, version: str) -> None:
    """These versions report no route contexts, and copy the routes of an included router into the app."""
    suite = sample("shop")
    packages = [f"fastapi=={version}", "sqlalchemy[asyncio]", "asyncpg", "pydantic-settings", "httpx2", "pytest"]
    more = [word for package in packages for word in ("--with", package)]
    command = [uv(), "run", "--quiet", "--no-project", "--python", sys.executable, *more, "python"]

    done = run(
        *command,
        "-m",
        "oneloop_tools.audit",
        ".",
        "--json",
        "audit.json",
        cwd=suite.root,
        env={"PYTHONPATH": str(TOOLS)},
    )

    assert done.returncode == 0, done.stdout
    found = json.loads((suite.root / "audit.json").read_text())["tests"]
    assert {test["nodeid"].rpartition("::")[2]: test["verdict"] for test in found} == suite.beside()


OTHER = "import pytest_asyncio\n\n\n@pytest_asyncio.fixture(loop_scope={scope!r})\nasync def other(): ...\n"
LOOP = "@pytest.fixture(scope='session')\ndef event_loop(): ...\n"
USES_LOOP = f"{LOOP}\n\n@pytest.fixture\ndef other(event_loop): ...\n"
RUNS = "@pytest.fixture\ndef other(engine):\n    return asyncio.run(engine.connect())\n"
OWN_LOOPS = {
    "an event_loop that it asks for": ("async def test_it(engine, event_loop): ...\n", LOOP, ""),
    "an event_loop of a fixture": ("async def test_it(engine, other): ...\n", USES_LOOP, ""),
    "an event_loop of a mark": (
        "@pytest.mark.usefixtures('other')\nasync def test_it():\n    async with httpx2.AsyncClient(app=app): ...\n",
        USES_LOOP,
        "",
    ),
    "a fixture with a scope": ("async def test_it(engine, other): ...\n", OTHER.format(scope="module"), ""),
    "sync, and runs a coroutine": ("def test_it(engine):\n    asyncio.run(engine.dispose())\n", "", ""),
    "sync, and uses a loop": ("def test_it(engine):\n    asyncio.new_event_loop().run_until_complete(1)\n", "", ""),
    "sync, with a fixture that runs a coroutine": ("def test_it(other): ...\n", RUNS, ""),
}
# The plugin runs these on the suite's loop.
SUITE_S_LOOP = {
    "no mark": ("async def test_it(engine): ...\n", "", ""),
    "a mark of anyio": ("@pytest.mark.anyio\nasync def test_it(engine): ...\n", "", ""),
    "a mark with a scope": ('@pytest.mark.asyncio(loop_scope="module")\nasync def test_it(engine): ...\n', "", ""),
    "a setting of anyio": ("async def test_it(engine): ...\n", "", "anyio_mode = auto"),
    "an event_loop that nobody asks for": ("async def test_it(engine): ...\n", LOOP, ""),
    "a policy": ("async def test_it(engine): ...\n", "@pytest.fixture\ndef event_loop_policy(): ...\n", ""),
    "a class of unittest": (
        "class TestIt(unittest.IsolatedAsyncioTestCase):\n    async def test_it(self): httpx2.AsyncClient()\n",
        "",
        "",
    ),
    "a fixture on the suite's": ("async def test_it(engine, other): ...\n", OTHER.format(scope="session"), ""),
    "sync": ("def test_it(engine, event_loop): ...\n", LOOP, ""),
    "sync, and nothing is shared": ("def test_it():\n    asyncio.run(asyncio.sleep(0))\n", "", ""),
    "nothing is shared": ("async def test_it(event_loop): ...\n", LOOP, ""),
}


@pytest.mark.parametrize("how", [*OWN_LOOPS, *SUITE_S_LOOP])
def test_own_loops_have_a_class_of_their_own(tmp_path: Path, how: str) -> None:
    """Such a test fails in an adopted suite although its client is right."""
    test, fixture, setting = (OWN_LOOPS | SUITE_S_LOOP)[how]
    suite = Audited(tmp_path)
    suite.write("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n")
    suite.write("pytest.ini", f"[pytest]\n{setting}\n")
    suite.write("tests/conftest.py", f"import pytest\n\n\n@pytest.fixture\nasync def engine(): ...\n\n\n{fixture}")
    suite.write(
        "tests/test_it.py", f"import unittest\n\nimport httpx2\nimport pytest\n\nfrom main import app\n\n\n{test}"
    )

    (found,) = suite.document()["tests"]

    assert found["verdict"] == ("own-loop" if how in OWN_LOOPS else "keep"), found["why"]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("HTTPException(422)", "convert"),
        ("HTTPException(status.HTTP_422_UNPROCESSABLE_ENTITY)", "convert"),
        ("ValueError()", "keep"),
    ],
)
def test_422_of_an_endpoint_comes_after_the_database(tmp_path: Path, answer: str, verdict: str) -> None:
    """An expected 422 stands for a request that is refused early only if the endpoint has none of its own."""
    suite = Audited(tmp_path)
    suite.write(
        "main.py",
        "from fastapi import FastAPI, HTTPException, status\nfrom sqlalchemy.ext.asyncio import create_async_engine\n\n"
        'app = FastAPI()\nengine = create_async_engine("sqlite+aiosqlite://")\n\n\n'
        '@app.get("/a")\nasync def a():\n    async with engine.connect():\n        check()\n\n\n'
        f"def check():\n    raise {answer}\n",
    )
    suite.write(
        "tests/test_a.py",
        "from fastapi.testclient import TestClient\n\nfrom main import app\n\n\n"
        'def test_a():\n    assert TestClient(app).get("/a").status_code == 422\n',
    )

    assert suite.verdicts() == {"test_a": verdict}


PACKAGE = "from fastapi import FastAPI\n\napp = FastAPI()\n"


def test_app_is_found_beside_tests_inside_of_a_package(tmp_path: Path) -> None:
    """The tests of such a project are collected from its whole folder."""
    suite = Audited(tmp_path)
    suite.write("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["shop"]\n')
    suite.write("shop/main.py", PACKAGE)
    suite.write("shop/items/tests/test_items.py", f"{PACKAGE}\n\ndef test_it(): ...\n")
    suite.write("shop/conftest.py", PACKAGE)

    assert suite.document()["app"] == "shop.main:app"


def test_environment_of_pytest_env_is_given_to_the_app(tmp_path: Path) -> None:
    suite = Audited(tmp_path)
    suite.write("pytest.ini", "[pytest]\nenv =\n    D:REGION=north:1\n    STAGE=test\n")
    suite.write("main.py", f"import os\n\nassert os.environ['REGION'] == 'north:1'\n{PACKAGE}")
    suite.write("tests/test_it.py", "def test_it(): ...\n")

    assert suite.document()["app"] == "main:app"


def test_json_has_the_documented_keys(sample: Sample) -> None:
    """The conversion reads `nodeid` and `verdict`. Programs of users read the rest."""
    document = sample("brief").document()

    assert document["version"] == 1
    assert document["totals"] == {"convert-first": 6, "convert": 0, "own-loop": 0, "unknown": 0, "keep": 2}
    first = next(test for test in document["tests"] if test["nodeid"].endswith("::test_writer_returns_403"))
    assert first | {"line": 0, "why": ""} == {
        "nodeid": "tests/test_metrics_security.py::TestMetricsEndpointSecurity::test_writer_returns_403",
        "file": "tests/test_metrics_security.py",
        "line": 0,
        "client": "TestClient",
        "routes": [{"method": "POST", "path": "/api/auth/login"}, {"method": "GET", "path": "/api/metrics"}],
        "reaches": ["authentication", "database"],
        "verdict": "convert-first",
        "why": "",
        "observed": False,
    }


def test_table_has_totals_and_reasons(sample: Sample) -> None:
    done = sample("brief").audit()

    assert "Convert first: security (6)" in done.stdout
    assert "reaches authentication: the security scheme OAuth2PasswordBearer" in done.stdout
    assert done.stdout.endswith("6 of 8 tests use the wrong client.\n")


SYNC_SESSIONS = """
from collections.abc import Iterator

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("sqlite:///shop.db")
app = FastAPI()


def get_db() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@app.get("/things")
def things(session: Session = Depends(get_db), token: str = Depends(OAuth2PasswordBearer("login"))):
    return session.info
"""
REFUSED = """
from fastapi.testclient import TestClient
from main import app


def test_refused():
    assert TestClient(app).get("/things").status_code == 401
"""


@pytest.mark.parametrize(("more", "verdict"), [("", "keep"), ("import sqlalchemy.ext.asyncio\n", "convert-first")])
def test_sync_sessions_alone_depend_on_no_loop(tmp_path: Path, more: str, verdict: str) -> None:
    """In a process of its own: the other audits run where the async sessions are imported."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "main.py").write_text(more + SYNC_SESSIONS)
    (tmp_path / "tests/test_it.py").write_text(REFUSED)
    command = [sys.executable, "-m", "oneloop_tools.audit", ".", "--json", "-"]

    said = succeed(*command, cwd=tmp_path, env={"PYTHONPATH": str(TOOLS)})

    (test,) = json.loads(said[said.index("{") : said.rindex("}") + 1])["tests"]
    assert test["verdict"] == verdict
    assert verdict != "keep" or test["why"].startswith("the app's sessions are sync: ")
