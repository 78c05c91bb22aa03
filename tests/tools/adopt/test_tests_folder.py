"""The folder of the tests, in which the plugin is written, is where the suite has it."""

from collections.abc import Mapping

import pytest

from oneloop_tools.adopt.pytest_root import find_root
from tests.tools.adopt.conftest import NOTES, PYPROJECT, Project

WITHOUT = PYPROJECT.partition("[tool.pytest")[0]
TWO = 'testpaths = ["backend/tests", "worker/tests"]'
ONE_TEST = "def test_it(): pass\n"


def below(folder: str, pyproject: str = PYPROJECT, code: str = "") -> dict[str, str]:
    """Return the project with its tests, and perhaps its code, in another folder; pyproject.toml stays at the top."""
    moved = {"tests/": f"{folder}/tests/", "notes/": f"{code}notes/"}
    files = {
        next((new + path[len(old) :] for old, new in moved.items() if path.startswith(old)), path): text
        for path, text in NOTES.items()
    }
    return {**files, "pyproject.toml": pyproject.replace('"tests"', f'"{folder}/tests"')}


@pytest.mark.parametrize(
    ("files", "folder", "where"),
    [
        pytest.param(NOTES, "tests", "pyproject.toml:9; 1 file, for example tests/test_notes.py:7", id="beside"),
        pytest.param(
            below("backend", code="backend/"),
            "backend/tests",
            "pyproject.toml:9; 1 file, for example backend/tests/test_notes.py:7",
            id="testpaths",
        ),
        pytest.param(
            below("backend", WITHOUT, "backend/"),
            "backend/tests",
            "1 file, for example backend/tests/test_notes.py:7",
            id="no testpaths",
        ),
        pytest.param(below("src", code="src/"), "src/tests", "pyproject.toml:9; 1 file, ", id="beside the code in src"),
        pytest.param(below("notes", WITHOUT), "notes/tests", "1 file, for example ", id="in the app"),
        pytest.param(
            below("backend/tests", WITHOUT), "backend/tests", "1 file, for example backend/tests/tests/", id="outermost"
        ),
        pytest.param(
            {
                **below("backend", PYPROJECT.replace('testpaths = ["tests"]', TWO)),
                "worker/tests/test_work.py": ONE_TEST,
                "worker/tests/test_more.py": ONE_TEST,
            },
            "worker/tests",
            "pyproject.toml:9; 2 files, for example worker/tests/test_more.py:1; 1 more in backend/tests",
            id="the one with most of two",
        ),
        pytest.param(
            {**below("notes/a", WITHOUT), "notes/b/tests/test_b.py": ONE_TEST, "notes/c/tests/test_c.py": ONE_TEST},
            "tests",
            "3 files, for example notes/a/tests/test_notes.py:7; they are in several folders, so that one is new",
            id="one in each part of the app",
        ),
        pytest.param(
            below("a/b/c", WITHOUT),
            "tests",
            "1 file, for example a/b/c/tests/test_notes.py:7; they are in no folder called tests, so that one is new",
            id="too deep",
        ),
        pytest.param(
            {**below("backend", WITHOUT), "tests/data.py": "ROWS = []\n"}, "backend/tests", "1 file, ", id="not empty"
        ),
    ],
)  # fmt: skip
def test_is_found(project: Project, files: Mapping[str, str], folder: str, where: str) -> None:
    investigation = project(files=files).look()
    found = investigation.look()

    assert (investigation.tests_dir, found.tests.value) == (folder, folder)
    assert found.tests.where.startswith(where)
    assert found.app.value == "notes.main:app"
    assert f"./{folder}/harness" in investigation.manager.shown


def test_settings_below_make_their_folder_the_project(project: Project) -> None:
    """Pytest runs there, so the tests are beside the settings."""
    adopting = project(files={f"backend/{path}": text for path, text in NOTES.items()})

    assert find_root(adopting.root) == adopting.root / "backend"


def test_code_that_the_tests_import_by_the_name_of_its_folder_is_found_by_it(project: Project) -> None:
    files = {
        path: text.replace("from notes", "from backend.notes")
        for path, text in below("backend", code="backend/").items()
    }

    assert project(files=files).look().look().app.value == "backend.notes.main:app"


def test_requirements_on_the_way_to_the_tests_are_read(project: Project) -> None:
    """Their file takes the plugin."""
    files = below("backend", "[tool.pytest.ini_options]\n", "backend/")
    investigation = project({"backend/requirements.txt": "fastapi\nasyncpg\n"}, files).look()

    assert investigation.look().driver.where == "backend/requirements.txt:2"
    assert investigation.manager.where == "backend/requirements.txt"


def test_python_path_that_names_the_folder_of_the_app_stays(project: Project) -> None:
    pyproject = PYPROJECT.replace('pythonpath = ["."]', 'pythonpath = ["./backend"]')
    done = project(files=below("backend", pyproject, "backend/")).adopt("--dry-run")

    assert done.returncode == 0, done.stderr
    assert "+pythonpath" not in done.stdout


def test_line_is_that_of_pytest(project: Project) -> None:
    """Another table may have a setting of the same name."""
    made = project({"pyproject.toml": f'[tool.other]\ntestpaths = ["x"]\n{PYPROJECT}'})

    assert "pyproject.toml:11; 1 file" in made.look().tests.finding().where


def test_plugin_is_written_there(project: Project) -> None:
    """It imports the app before any conftest.py, so pytest has to know the folder of the app."""
    adopting = project(files=below("backend", WITHOUT, "backend/"))
    adopting.write(
        {"backend/tests/harness/oneloop/__pycache__/left.pyc": ""}
    )  # as after an adoption that git took back

    done = adopting.adopt("--dry-run")

    assert done.returncode == 0, done.stderr
    assert "Would write: backend/tests/harness/, backend/tests/seam.py, docs/testing/" in done.stderr
    assert '+pythonpath = ["backend"]\n' in done.stdout
