"""What cannot be adopted gets one message, and nothing is written."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from oneloop_tools.adopt.finding import AdoptionError
from tests.support.environment import git
from tests.tools.adopt.conftest import APP, CONFTEST, DATABASE, NOTES, PYPROJECT, Adopting, Project, path_without

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
DJANGO = "import django\n\ndjango.setup()\n"
OTHER_APP = "from fastapi import FastAPI\n\nadmin = FastAPI()\n"
BOTH_APPS_TESTED = {"notes/admin.py": OTHER_APP, "tests/test_notes.py": "def test_it():\n    assert 1\n"}
MYSQL = 'from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine("mysql+asyncmy://db/notes")\n'
SYNC = """
from sqlalchemy import create_engine

engine = create_engine("postgresql+psycopg://localhost/notes")
"""
NETWORK = f"import socket\n{APP}\nsocket.create_connection(('127.0.0.1', 9))\n"
SETTINGS = (
    "from pydantic_settings import BaseSettings\n\n\n"
    f"class Settings(BaseSettings):\n    first: str\n    second: str\n    third: str\n{APP}\nSettings()\n"
)
SECRET = f'import os\n{APP}\nkey = os.environ["SECRET_KEY_OF_NOTES"]\n'


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"pyproject.toml": PYPROJECT.replace("asyncpg", "aiomysql")},
            "The project uses MySQL (pyproject.toml:5). The plugin works with PostgreSQL and SQLite.",
            id="MySQL by its driver",
        ),
        pytest.param(
            {"notes/database.py": MYSQL},
            "The project uses MySQL (notes/database.py:3). The plugin works with PostgreSQL and SQLite.",
            id="MySQL by its URL",
        ),
        pytest.param(
            {"pyproject.toml": PYPROJECT.replace("asyncpg", "oracledb")},
            "The project uses Oracle (pyproject.toml:5).",
            id="Oracle",
        ),
        pytest.param(
            {"pyproject.toml": PYPROJECT.replace('"asyncpg"', '"asyncpg", "pydantic<2"')},
            "The project has pydantic 2 (pyproject.toml:5), and the plugin needs pydantic 2.",
            id="pydantic 1, declared",
        ),
        pytest.param(
            {"uv.lock": '[[package]]\nname = "pydantic"\nversion = "1.10.5"\n'},
            "The project has pydantic 1.10.5, and the plugin needs pydantic 2.",
            id="pydantic 1, locked",
        ),
        pytest.param(
            {"notes/main.py": FLASK},
            "This is a Flask project (notes/main.py), and the plugin is for FastAPI apps.",
            id="Flask",
        ),
        pytest.param(
            {"notes/main.py": DJANGO},
            "This is a Django project (notes/main.py), and the plugin is for FastAPI apps.",
            id="Django",
        ),
        pytest.param({"notes/main.py": "app = None\n"}, "No FastAPI app was found in ", id="no app"),
        pytest.param(
            {"notes/main.py": "from fastapi import APIRouter\nfrom flask.cli import load_dotenv\n"},
            "No FastAPI app was found in ",
            id="no app, and a helper of Flask",
        ),
        pytest.param(
            {"pyproject.toml": PYPROJECT.replace("asyncpg", "psycopg2-binary")},
            "The project has the driver psycopg2-binary (pyproject.toml:5), which is not async, and no other.",
            id="a driver that is not async",
        ),
        pytest.param(
            {"notes/main.py": APP.replace("get_db", "engine"), "notes/database.py": SYNC},
            "The app's engine is sync (notes/database.py:4), and no dependency gives a session. ",
            id="an engine that is not async, and no dependency",
        ),
        pytest.param(
            {
                **dict.fromkeys(NOTES),
                **{f"{{{{cookiecutter.name}}}}/{path}": text for path, text in NOTES.items()},
            },
            "/{{cookiecutter.name}} is part of a template. Render the template, and adopt what it makes.",
            id="a template",
        ),
        pytest.param(
            {"tests/test_notes.py": None},
            "No test was found in ",
            id="no tests",
        ),
        pytest.param(
            BOTH_APPS_TESTED,
            "One app of 2 has to be chosen. Name it:\n    --app notes.admin:admin   (notes/admin.py:3)",
            id="two apps",
        ),
        pytest.param(
            {"notes/main.py": NETWORK},
            "Importing notes.main:app connects to ('127.0.0.1', 9) at notes/main.py:22. The import may not connect: ",
            id="network at import",
        ),
        pytest.param(
            {"notes/main.py": SECRET},
            "Importing notes.main:app failed at notes/main.py:22: KeyError: 'SECRET_KEY_OF_NOTES'. Set what it needs, "
            "such as the variables that your tests set, then adopt again. "
            f"The interpreter was {sys.executable}.",
            id="secret at import",
        ),
        pytest.param(
            {"notes/main.py": SETTINGS},
            "validation errors for Settings; required are first, second, third. Set what it needs, such as ",
            id="several settings at import",
        ),
        pytest.param(
            {"notes/main.py": f"import not_installed\n{APP}"},
            "ModuleNotFoundError: No module named 'not_installed'. Install the project's dependencies for "
            f"{sys.executable}, or name another with --python PATH:\n    python -m venv",
            id="a package that is not installed",
        ),
        pytest.param(
            {"notes/main.py": f"from notes import nothing_of_it\nimport notes.nothing\n{APP}"},
            "Set what it needs",
            id="a module of the project that is not there",
        ),
        pytest.param(
            {"notes/database.py": "class Base(\n"},
            "  notes/database.py:1 was left out: it has a syntax error",
            id="not found in a file that was left out",
        ),
        pytest.param(
            {"tests/harness/__init__.py": ""},
            "tests/harness is there already, and the plugin needs that name. Rename yours.",
            id="a folder of theirs",
        ),
        pytest.param(
            {"tests/harness/oneloop/plugin.py": ""},
            "has the plugin already. To renew it, run there:\n    oneloop update",
            id="adopted before",
        ),
        pytest.param(
            {"docs/testing/clients.md": "# Ours\n"},
            "docs/testing has pages already, and the plugin's are written there. Rename yours.",
            id="pages of theirs",
        ),
        pytest.param(
            {
                "notes/database.py": "import sqlite3\n\n\nasync def get_db():\n    yield sqlite3.connect('x')\n",
                "notes/main.py": APP.replace("from sqlalchemy.ext.asyncio import AsyncSession\n", "").replace(
                    "AsyncSession", "object"
                ),
            },
            "The app uses sqlite3 and no SQLAlchemy. The plugin is for async SQLAlchemy.",
            id="another library",
        ),
    ],
)
def test_refused(project: Project, changes: dict[str, str | None], message: str) -> None:
    refused(project(changes), message)


def refused(adopting: Adopting, message: str, *arguments: str, **variables: str) -> None:
    before = adopting.content()

    done = adopting.adopt("--yes", *arguments, **variables)

    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stderr.endswith("\nNothing was written.\n")
    assert "Traceback" not in done.stderr
    assert adopting.content() == before


def test_dirty_tree(project: Project) -> None:
    adopting = project()
    adopting.write({"notes/main.py": f"{APP}\n# mine\n"})

    refused(adopting, "has uncommitted changes. Commit them, so that the adoption is a change of its own.")


def test_no_repository(project: Project) -> None:
    adopting = project()
    shutil.rmtree(adopting.root / ".git")

    refused(adopting, "is in no git repository", GIT_CEILING_DIRECTORIES=str(adopting.root.parent))


def test_no_commit(project: Project) -> None:
    adopting = project()
    shutil.rmtree(adopting.root / ".git")
    git(adopting.root, "init", "--quiet")

    refused(adopting, "has no commit. Commit your work first.")


def test_no_git(project: Project) -> None:
    refused(project(), "git is missing. Install it, then try again.", PATH=path_without("git"))


@pytest.mark.parametrize("option", ["--tests-dir", "--migrations"])
def test_path_of_windows(project: Project, option: str) -> None:
    refused(project(), "is a path of Windows, and this is another system.", option, "backend\\tests")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--tests-dir", "foo/bar", "--tests-dir foo/bar does not end in tests."),
        ("--migrations", "nope.ini", "There is no nope.ini in "),
    ],
)
def test_what_is_not_there(project: Project, option: str, value: str, message: str) -> None:
    refused(project(), message, option, value)


def test_environment_is_needed(project: Project) -> None:
    """A project whose dependencies were never installed has no suite to compare with."""
    done = project().adopt("--yes", "--python", "nowhere/python")

    assert done.returncode == 2
    assert "There is no interpreter nowhere/python." in done.stderr


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"uv.lock": ""}, "uv sync"),
        ({"Pipfile": ""}, "pipenv install --dev"),
        ({"dev-requirements.txt": "pytest\n"}, "python -m venv .venv && .venv/bin/python -m pip install -r dev-"),
        ({}, "python -m venv .venv && .venv/bin/python -m pip install --editable ."),
    ],
)
def test_environment_is_made_by_the_own_package_manager(
    project: Project, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], command: str
) -> None:
    monkeypatch.setenv("PATH", path_without("pipenv"))
    look = project(files).look()
    look.python = None

    with pytest.raises(AdoptionError, match=re.escape(f"interpreter with --python PATH:\n    {command}")):
        look.look()


def test_without_a_terminal_nothing_is_written(project: Project) -> None:
    adopting = project()
    before = adopting.content()

    done = adopting.adopt()

    assert done.returncode == 2
    assert done.stderr.endswith("To make these changes, add --yes.\nNothing was written.\n")
    assert adopting.content() == before


def test_what_the_user_does_not_want_is_not_written(project: Project) -> None:
    adopting = project()
    before = adopting.content()

    done = adopting.adopt(typed="n\n")

    assert done.returncode == 2
    assert "Press Enter to write this" in done.stdout
    assert adopting.content() == before


NO_DEPENDENCY = {
    "notes/main.py": APP.replace("Annotated[AsyncSession, Depends(get_db)]", "int = 1"),
    "notes/database.py": DATABASE.replace("async_sessionmaker(engine)", "lambda: AsyncSession(engine)"),
}


def test_what_is_not_found_is_asked(project: Project) -> None:
    """It is the only question. An answer is used as if it had been found."""
    done = project(NO_DEPENDENCY).adopt("--dry-run", typed="notes.database:get_db\n")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "The dependency that gives a session was not found. Name it, for example app.db:get_db: "
    )
    assert done.stdout.count("not found") == 1
    assert "session dependency  notes.database:get_db         your answer" in done.stderr


def test_what_is_not_found_is_named_in_a_script(project: Project) -> None:
    refused(
        project(NO_DEPENDENCY),
        "The dependency that gives a session was not found. Name it:\n    --session-dependency app.db:get_db\n",
    )


def test_several_projects(project: Project) -> None:
    """A repository of several services: the user names the folder of one."""
    files = {f"{each}/{path}": text for each in ("one", "two") for path, text in NOTES.items()}
    adopting = project(files=files)

    refused(adopting, f"has several projects with tests. Name the folder of one:\n    {adopting.root / 'one'}")


def test_dry_run_writes_nothing(project: Project) -> None:
    adopting = project()
    before = adopting.content()

    done = adopting.adopt("--dry-run")

    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith("Nothing was written.\n")
    assert "\nWould write: tests/harness/, tests/seam.py, docs/testing/, .copier-answers.yml\n" in done.stderr
    assert "\nWould change in your files:\n" in done.stderr
    assert '+database_url_variable = "DATABASE_URL"' in done.stdout
    assert adopting.content() == before
    assert Path(adopting.root, "tests/conftest.py").read_text() == CONFTEST
