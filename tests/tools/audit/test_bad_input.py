"""What the audit cannot read gets one message, and everything else is audited."""

import os
import sys
from pathlib import Path

import pytest

from tests.tools.audit.conftest import Audited, Sample

APP = 'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/health")\ndef health():\n    return 1\n'
SETTINGS = """
from fastapi import FastAPI
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_key: str


settings = Settings()
app = FastAPI()
"""
ENGINE = """
from fastapi import FastAPI
from sqlalchemy import create_engine

engine = create_engine("sqlite:///shop.db")
connection = engine.connect()
app = FastAPI()
"""
SOCKET = """
import socket

from fastapi import FastAPI

socket.create_connection(("127.0.0.1", 9))
app = FastAPI()
"""
NEEDS = "from fastapi import FastAPI\n\n\ndef create_app(settings):\n    return FastAPI()\n"
TEST = """from fastapi.testclient import TestClient
from main import app


def test_health():
    TestClient(app).get("/health")
"""
IT = "def test_it(): ...\n"
LOOPS = """
    for a in range(999):
        for b in range(999):
            for c in range(999):
                a + b
"""


@pytest.fixture
def project(tmp_path: Path) -> Audited:
    """A project of one module and one test."""
    project = Audited(tmp_path)
    project.write("main.py", APP)
    project.write("tests/test_health.py", TEST)
    return project


REFUSED = {
    "no app": ({"main.py": "app = None\n"}, [], "No FastAPI app was found in "),
    "two apps": (
        {"other.py": APP},
        [],
        "There are 2 apps: main:app, other:app. Name the one that the tests use:\n    oneloop-tools audit REPO --app ",
    ),
    "a missing module": (
        {"main.py": "import nothing_of_that_name\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"},
        [],
        "Importing main:app failed at main.py:1: ModuleNotFoundError: No module named 'nothing_of_that_name'. The in",
    ),
    "a missing setting": (
        {"main.py": SETTINGS},
        [],
        "Importing main:app failed at main.py:10: pydantic_core._pydantic_core.ValidationError: 1 validation error for",
    ),
    "an app that exits": (
        {"main.py": f"{APP}\nraise SystemExit('no configuration')\n"},
        ["--python", sys.executable],
        "Importing main:app failed at main.py:10: SystemExit: no configuration. Set what it needs, ",
    ),
    "an app with a syntax error": (
        {"main.py": f"{APP}\ndef broken(:\n"},
        ["--app", "main:app"],
        "Importing main:app failed: File",
    ),
    "a connection at import": (
        {"main.py": ENGINE},
        [],
        "Importing main:app connects to the database '",
    ),
    "a socket at import": (
        {"main.py": SOCKET},
        [],
        "Importing main:app connects to ('127.0.0.1', 9) at main.py:6. The audit allows no connection.",
    ),
    "a factory with arguments": (
        {"main.py": NEEDS},
        [],
        "The app 'main:create_app' is a function that needs settings.",
    ),
    "no such name": ({}, ["--app", "main:application"], "The app 'main:application' does not exist: main has no 'appl"),
    "no colon": ({}, ["--app", "main"], "The app 'main' is not written as `module:name`."),
    "no app at all": (
        {"main.py": "app = 1\n"},
        ["--app", "main:app"],
        "The app 'main:app' has the type int, and is not a FastAPI app.",
    ),
    "no tests": ({}, ["--tests", "src"], "No test was found in "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_in_one_message(project: Audited, case: str) -> None:
    """What happened, where, and what to do next; no traceback."""
    files, arguments, sentence = REFUSED[case]
    for path, text in files.items():
        project.write(path, text)

    done = project.audit(*arguments)

    assert done.returncode == 2
    assert done.stderr.startswith(sentence), done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert done.stdout == ""
    assert not (project.root / "shop.db").exists()


def test_interpreter_that_could_not_import_the_app_is_named(project: Audited) -> None:
    """It may be the one of a folder above: a project without an environment is told to make one."""
    project.write("main.py", "import nothing_of_that_name\nfrom fastapi import FastAPI\n\napp = FastAPI()\n")
    foreign, named = project.audit().stderr, project.audit("--python", sys.executable).stderr
    kept_elsewhere = project.audit(env={"UV_PROJECT_ENVIRONMENT": sys.prefix}).stderr
    project.write("poetry.lock", "")

    assert foreign.endswith(
        f" The interpreter was {sys.executable}, since the project has no environment of its own. "
        "Install its dependencies first, for example with `uv sync`, or name its interpreter:\n"
        "    oneloop-tools audit REPO --python PATH\n"
    )
    assert named.endswith(f" run the audit again. The interpreter was {sys.executable}.\n")
    assert kept_elsewhere == project.audit().stderr == named


def test_line_that_connects_is_named(project: Audited) -> None:
    """The line of the project, not the one of the library."""
    project.write("main.py", ENGINE)

    assert "shop.db' at main.py:6. The audit allows no connection." in project.audit().stderr


class TestFiles:
    """Files that cannot be read are named, and all others are judged."""

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            pytest.param(b"def test_it(:\n", "tests/test_odd.py:1 was left out: it has a syntax error", id="syntax"),
            pytest.param(
                b"def test_it():\n    print 'x'\n", "tests/test_odd.py:2 was left out: it is Python 2", id="print"
            ),
            pytest.param(b"exec 'x'\n", "tests/test_odd.py:1 was left out: it is Python 2", id="exec"),
            pytest.param(
                b"# \xff\xfe\n", "tests/test_odd.py:1 was left out: it has a syntax error (inv", id="encoding"
            ),
            pytest.param(b"x = 1\x00\n", "tests/test_odd.py", id="zero"),
            pytest.param(b"x = " + b"(" * 400 + b")" * 400, "tests/test_odd.py", id="generated"),
        ],
    )
    def test_left_out(self, project: Audited, text: bytes, problem: str) -> None:
        (project.root / "tests/test_odd.py").write_bytes(text)

        document = project.document()

        assert [each for each in document["left_out"] if each.startswith(problem)] == document["left_out"]
        assert len(document["left_out"]) == 1
        assert [test["verdict"] for test in document["tests"]] == ["keep"]

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(b"\xef\xbb\xbf" + TEST.encode(), id="BOM"),
            pytest.param(TEST.replace("\n", "\r\n").encode(), id="CRLF"),
            pytest.param(f"# -*- coding: latin-1 -*-\n# caf\xe9\n{TEST}".encode("latin-1"), id="latin-1"),
            pytest.param(f'{TEST}    "\\d"\n'.encode(), id="odd escape"),
        ],
    )
    def test_read_as_python_reads_them(self, project: Audited, text: bytes) -> None:
        (project.root / "tests/test_health.py").write_bytes(text)

        done = project.audit()

        assert "No client                            0\nTests                                1" in done.stdout
        assert done.stderr == ""

    def test_expression_that_is_nested_too_deeply_is_unknown(self, project: Audited) -> None:
        """Generated code, which the parser can read."""
        deep = " + ".join(["'x'"] * 900)
        project.write("tests/test_deep.py", f"{TEST.replace('test_health', 'test_deep')}    assert {deep}\n")

        assert project.verdicts() == {"test_health": "keep", "test_deep": "unknown"}

    def test_long_loop_ends(self, project: Audited) -> None:
        project.write("tests/test_long.py", f"{TEST.replace('test_health', 'test_long')}{LOOPS}")

        assert project.verdicts() == {"test_health": "keep", "test_long": "unknown"}

    @pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
    def test_links_are_followed_once(self, project: Audited) -> None:
        """A link to a folder above, one to a file, and one that leads nowhere."""
        tests = project.root / "tests"
        (tests / "again").symlink_to(tests)
        (tests / "test_link.py").symlink_to(tests / "test_health.py")
        (tests / "test_nowhere.py").symlink_to(tests / "nowhere.py")
        (project.root / "source").symlink_to(project.root)

        assert len(project.document()["tests"]) == 1

    def test_other_environments_are_not_searched(self, project: Audited) -> None:
        """An app in a virtual environment, a cache or a hidden folder is not the project's."""
        project.write("env-of-mine/pyvenv.cfg", "")
        for folder in ("env-of-mine/lib", "node_modules/x", ".hidden", "build"):
            project.write(f"{folder}/other.py", APP)

        assert project.document()["app"] == "main:app"

    @pytest.mark.parametrize("folder", ["", "backend/"])
    def test_project_in_an_environment_is_searched(self, tmp_path: Path, folder: str) -> None:
        """`python -m venv .` makes its files beside the project's own, and some are committed."""
        project = Audited(tmp_path)
        for path, text in {
            "pyvenv.cfg": "",
            "requirements.txt": "",
            "shop/main.py": APP,
            "tests/test_it.py": IT,
        }.items():
            project.write(f"{folder}{path}", text)
        project.write(f"{folder}lib/python3.12/site-packages/other.py", APP)

        assert project.document()["app"] == f"{folder.replace('/', '.')}shop.main:app"


def test_environment_of_the_tests_is_given_to_the_app(sample: Sample) -> None:
    """The shop needs SHOP_REGION, which its conftest sets: without that line the import fails."""
    suite = sample("shop")
    conftest = suite.root / "tests/conftest.py"
    conftest.write_text(conftest.read_text().replace('os.environ["SHOP_REGION"] = "north"', ""))

    done = suite.audit()

    assert done.returncode == 2
    assert done.stderr.startswith("Importing shop.main:create_app failed at src/shop/main.py:")
    assert "KeyError: 'SHOP_REGION'" in done.stderr


WAYS_TO_SET = (
    'os.environ["REGION"] = os.getenv("TEST_REGION", "north")',
    'os.environ["REGION"] = os.environ.get("TEST_REGION", default="north")',
    'os.environ["REGION"] = os.environ.get("TEST_REGION") or "north"',
    'NORTH = "north"\nos.environ["REGION"] = NORTH',
    'os.environ["LAND"] = "nor"\nos.environ["REGION"] = f"{os.environ[\'LAND\']}th"',
    'os.environ["REGION"] = "nor" + "th"',
    'if "REGION" not in os.environ:\n    os.environ["REGION"] = str("north")',
    'os.environ.setdefault("REGION", "north")\nos.environ.setdefault("REGION", "south")',
    'os.environ.update({"REGION": os.getenv("TEST_REGION", "north")})',
    'os.environ.update(REGION="north")',
    'def pytest_configure(config):\n    os.environ["REGION"] = "north"',
)


@pytest.mark.parametrize("way", WAYS_TO_SET)
def test_what_a_conftest_computes_is_given_to_the_app(project: Audited, way: str) -> None:
    """From other variables, names and texts. What only a run can tell is left out."""
    project.write("main.py", f"import os\n\nassert os.environ['REGION'] == 'north'\n{APP}")
    unknown = 'os.environ["OTHER"] = os.getenv("NOWHERE")\nos.environ[NAME] = make()'
    project.write("tests/conftest.py", f"import os\n\n{way}\n{unknown}\n")

    assert project.verdicts() == {"test_health": "keep"}


ADOPTED = """[tool.oneloop]
database_url_variable = "SHOP_URL"
database_url_variables = { name = "SHOP_DB", "postgresql+psycopg" = ["SYNC_URL"] }
"""


def test_variables_of_an_adopted_project_are_given_to_the_app(project: Audited) -> None:
    """The plugin sets them in a run. No server is asked."""
    names = ("SHOP_URL", "SHOP_DB", "SYNC_URL")
    reads = "\n".join(f"print(os.environ[{name!r}])" for name in names)
    project.write("main.py", f"import os\n\n{reads}\n{APP}")
    project.write("pyproject.toml", ADOPTED)

    done = project.audit()

    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        "postgresql+asyncpg://app:Oneloop-adopts-2026@127.0.0.1:54329/test_adoption",
        "test_adoption",
        "postgresql+psycopg://app:Oneloop-adopts-2026@127.0.0.1:54329/test_adoption",
    ]


def test_one_file_is_judged_as_it_is_among_all(sample: Sample) -> None:
    """The conftest.py above it has its fixtures, and the environment of the app."""
    suite = sample("shop")
    tests = suite.document()["tests"]
    file = tests[0]["file"]

    one = suite.verdicts("--tests", file)

    assert one == {test["nodeid"].partition("::")[2]: test["verdict"] for test in tests if test["file"] == file}


def test_what_the_app_prints_is_not_in_the_output(project: Audited) -> None:
    project.write("main.py", f"{APP}\nprint('hello')\n")

    assert project.document()["app"] == "main:app"


def test_old_python_is_named(project: Audited) -> None:
    """Before anything is imported that it cannot read."""
    run = (
        "import runpy, sys\nsys.version_info = (3, 10)\nrunpy.run_module('oneloop_tools.audit', run_name='__main__')\n"
    )
    project.write("old.py", run)

    done = project.python("old.py")

    assert done.returncode == 2
    assert done.stderr.endswith("The audit needs Python 3.11 or newer.\n")


RUN = "from oneloop_tools.audit.__main__ import main\nraise SystemExit(main(['.']))\n"


def test_needs_nothing_but_fastapi(project: Audited) -> None:
    """The audit imports no client, no SQLAlchemy, no pytest and no LibCST: a project may have none of them."""
    names = ("httpx2", "httpx", "starlette.testclient", "sqlalchemy", "pytest", "libcst")
    block = f"import sys\nsys.modules.update(dict.fromkeys({names}))\n"
    project.write("bare.py", block + RUN)

    done = project.python("bare.py")

    assert done.returncode == 0, done.stderr
    assert "0 of 1 tests use the wrong client." in done.stdout
