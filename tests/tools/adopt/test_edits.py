"""What is written into the user's own files: the lines that are needed, where they belong, and nothing else."""

import sys
from pathlib import Path

import pytest

from oneloop_tools.adopt.edits import Drafts, write
from oneloop_tools.adopt.finding import AdoptionError
from oneloop_tools.adopt.needed_versions import read_needed, refuse_old_versions
from oneloop_tools.adopt.own_databases import find_database_fixtures
from oneloop_tools.adopt.package_manager import NEEDED_MINOR, find_package_manager
from oneloop_tools.adopt.packages import find_packages
from oneloop_tools.adopt.pytest_settings import find_pytest_settings
from oneloop_tools.adopt.suite_run import SuiteRun, difference, run_suite
from oneloop_tools.adopt.template_copy import Template
from tests.support.environment import ROOT
from tests.tools.adopt.conftest import CONFTEST, PYPROJECT, Project

NEEDED = (
    "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\nasyncio_default_test_loop_scope = session\n"
)
REVERSED = "\n".join(reversed(NEEDED.splitlines())) + "\n"
OTHER = '[tool.other]\nasyncio_mode = "x"\nanyio_mode = "y"\n\n'
QUOTED = "".join(f'{name} = "{value}"\n' for name, value in (line.split(" = ") for line in REVERSED.splitlines()))


def drafted(root: Path, installed: str = "", import_root: str = "") -> str:
    """Return what pytest's settings become."""
    settings, drafts = find_pytest_settings(root), Drafts()
    settings.draft(drafts, installed, import_root)
    return drafts.read(settings.file)


@pytest.mark.parametrize(
    ("files", "after"),
    [
        pytest.param(
            {"pytest.ini": "[pytest]\naddopts = -q\n"}, f"[pytest]\n{REVERSED}addopts = -q\n", id="pytest.ini"
        ),
        pytest.param(
            {"pytest.ini": "[pytest]\r\naddopts = -q\r\n"},
            f"[pytest]\n{REVERSED}addopts = -q\n".replace("\n", "\r\n"),
            id="line endings of Windows",
        ),
        pytest.param(
            {"pytest.ini": f"[pytest]\n{NEEDED}", "tox.ini": "[pytest]\n"},
            f"[pytest]\n{NEEDED}",
            id="nothing is missing",
        ),
        pytest.param(
            {"pytest.ini": f"[pytest]\n{NEEDED.replace('auto', 'strict  # ours')}"},
            f"[pytest]\n{NEEDED}",
            id="another value",
        ),
        pytest.param(
            {"pytest.ini": f"[pytest]\n{NEEDED}anyio_mode = auto\n"},
            f"[pytest]\n{NEEDED}anyio_mode = strict\n",
            id="anyio",
        ),
        pytest.param(
            {"pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["-q"]\n\n[tool.ruff]\nline-length = 80\n'},
            f'[tool.pytest.ini_options]\n{QUOTED}addopts = ["-q"]\n\n[tool.ruff]\nline-length = 80\n',
            id="pyproject.toml",
        ),
        pytest.param(
            {"setup.cfg": "[flake8]\n\n[tool:pytest]\naddopts = -q\n"},
            f"[flake8]\n\n[tool:pytest]\n{REVERSED}addopts = -q\n",
            id="setup.cfg",
        ),
        pytest.param(
            {"pyproject.toml": f"{OTHER}[ tool.pytest.ini_options ] # ours\n"},
            f"{OTHER}[ tool.pytest.ini_options ] # ours\n{QUOTED}",
            id="a heading with a comment, below a table with the same names",
        ),
        pytest.param(
            {"pytest.ini": "[pytest]\nenv =\n    asyncio_mode=strict\n"},
            f"[pytest]\n{REVERSED}env =\n    asyncio_mode=strict\n",
            id="a line of another setting",
        ),
        pytest.param(
            {"pyproject.toml": '[project]\nname = "notes"\n'},
            f'[project]\nname = "notes"\n\n[tool.pytest.ini_options]\n{QUOTED}',
            id="no settings yet",
        ),
    ],
)
def test_settings_of_pytest(tmp_path: Path, files: dict[str, str], after: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())

    assert drafted(tmp_path) == after


def test_a_setting_that_is_not_known_yet_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    assert "asyncio_default_test_loop_scope" not in drafted(tmp_path, "0.24.0")
    assert "asyncio_default_test_loop_scope" in drafted(tmp_path, "1.5.0")


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("pytest.ini", "[pytest]\n", "pythonpath = backend\n"),
        ("pytest.ini", "[pytest]\npythonpath = .\n", "pythonpath = . backend\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\n", 'pythonpath = ["backend"]\n'),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["."]\n', 'pythonpath = [".", "backend"]\n'),
        (
            "pyproject.toml",
            '[tool.other]\npythonpath = ["x"]\n[tool.pytest.ini_options]\n',
            '[tool.other]\npythonpath = ["x"]\n[tool.pytest.ini_options]\npythonpath = ["backend"]\n',
        ),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = "."\n', 'pythonpath = [".", "backend"]\n'),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = [\n ".",\n]\n', 'pythonpath = [\n ".",\n]\n'),
    ],
)
def test_folder_of_the_app_is_added_to_the_python_path(tmp_path: Path, file: str, before: str, after: str) -> None:
    """One that only a conftest.py makes importable; a list of several lines is left."""
    (tmp_path / file).write_text(before)

    assert after in drafted(tmp_path, import_root="backend")


def test_variable_that_a_conftest_assigns_is_a_default(project: Project) -> None:
    """It would replace the value of the plugin, which sets it earlier. A whole URL that can be read needs no edit."""
    assigned = 'import os\n\nname = "ü"; os.environ["DATABASE_URL"] = (\n    os.environ["PG_URL"]\n)  # ours\n'
    done = project({"tests/conftest.py": assigned}).adopt(
        "--dry-run", DATABASE_URL="postgresql+asyncpg://x/y", PG_URL=""
    )

    assert '+name = "ü"; os.environ.setdefault("DATABASE_URL", (\n     os.environ["PG_URL"]\n-)  # ours' in done.stdout
    assert "+))  # ours\n" in done.stdout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_line_of_a_requirements_file(project: Project, encoding: str) -> None:
    """Appended once, also where the last line has no end. The file keeps its encoding: PowerShell writes UTF-16."""
    adopting = project({"requirements-dev.txt": ""})
    (adopting.root / "requirements-dev.txt").write_text("# für alle\npytest>=8", encoding)
    assert find_packages(adopting.root, adopting.root, "tests").declared["pytest"].version == ">=8"
    manager = find_package_manager(adopting.root, adopting.root, "tests/harness", Path("python"))
    drafts = Drafts()

    for _ in range(2):
        manager.draft(drafts, "tests/harness")
    write(drafts.edits())

    text = (adopting.root / "requirements-dev.txt").read_text(encoding)
    assert text == "# für alle\npytest>=8\n-e ./tests/harness\n"


@pytest.mark.parametrize(
    ("lock", "text", "option"),
    [
        ("uv.lock", '[project]\nrequires-python = ">=3.9,<4"\n', "--marker 'python_version >= \"3.11\"' "),
        ("poetry.lock", '[tool.poetry.dependencies]\npython = "^3.10"\n', "--python '>=3.11' "),
        ("uv.lock", '[project]\nrequires-python = ">=3.12"\n', ""),
    ],
)
def test_project_that_allows_an_older_python(project: Project, lock: str, text: str, option: str) -> None:
    """Its lock is for each Python, and the plugin needs a newer one."""
    root = project({lock: "", "pyproject.toml": text}).root

    shown = find_package_manager(root, root, "tests/harness", Path("python")).shown

    assert shown.endswith(f"{option}--editable ./tests/harness")
    assert ("3.11" in shown) == bool(option)


def test_older_python_is_the_plugins_own_limit() -> None:
    assert read_needed(Template(str(ROOT), "HEAD"))["python"] == f"3.{NEEDED_MINOR}"


OWN = """
import pytest
from sqlalchemy import text

from tests.databases import make


@pytest.fixture(scope="session", autouse=True)
async def database(engine):
    async with engine.connect() as connection:
        await connection.execute(text("CREATE DATABASE notes_test"))
    yield
    await engine.dispose()


@pytest.fixture(scope="session")
def made():
    make("notes")


@pytest.fixture
def url():
    make("other")
    return "postgresql://other"


@pytest.fixture
def number():
    return 1
"""
EMPTIED = """
import pytest
from sqlalchemy import text

from tests.databases import make


@pytest.fixture(scope="session", autouse=True)
async def database(engine):
    yield  # the test plugin creates the database


@pytest.fixture(scope="session")
def made():
    return  # the test plugin creates the database


@pytest.fixture
def url():
    make("other")
    return "postgresql://other"


@pytest.fixture
def number():
    return 1
"""
MAKE = "def make(name):\n    create_database(name)\n"


def test_fixtures_that_create_a_database_are_emptied(project: Project) -> None:
    """Also one that calls a helper. One that gives a value is only named."""
    investigation = project({"tests/conftest.py": CONFTEST, "tests/own.py": OWN, "tests/databases.py": MAKE}).look()
    investigation.look()
    drafts = Drafts()

    found = find_database_fixtures(investigation.tree)
    for fixture in found:
        if not fixture.gives:
            fixture.draft(drafts)

    assert [(fixture.node.name, fixture.gives) for fixture in found] == [
        ("url", True),
        ("made", False),
        ("database", False),
    ]
    assert [edit.after for edit in drafts.edits()] == [EMPTIED]


class TestVersions:
    def test_of_the_template_are_read(self) -> None:
        needed = read_needed(Template(str(ROOT), "HEAD"))

        assert {"python", "fastapi", "pytest", "sqlalchemy"} <= needed.keys()

    @pytest.mark.parametrize(
        ("lock", "command", "preview"),
        [
            ("uv.lock", "uv add --dev 'pytest>=8.2'", "uv lock --dry-run --upgrade-package pytest"),
            ("poetry.lock", "poetry add --group dev 'pytest>=8.2'", "poetry add --dry-run 'pytest>=8.2'"),
            ("pdm.lock", "pdm add --dev 'pytest>=8.2'", "pdm add --dry-run 'pytest>=8.2'"),
        ],
    )
    def test_that_is_too_old_is_refused(self, project: Project, lock: str, command: str, preview: str) -> None:
        """With the command of the project's own manager, and the one that shows what else moves."""
        root = project({lock: "", "pyproject.toml": PYPROJECT.replace('"asyncpg"', '"asyncpg", "pytest<8"')}).root
        manager = find_package_manager(root, root, "tests/harness", Path("python"))

        with pytest.raises(AdoptionError) as error:
            refuse_old_versions(
                {"pytest": "8.2", "fastapi": "0.110"},
                {"pytest": "7.4.4", "fastapi": "0.115.0"},
                find_packages(root, root, "tests"),
                manager,
            )

        assert str(error.value).splitlines() == [
            "The plugin needs pytest 8.2 or newer, and the project has 7.4.4 (pyproject.toml:5).",
            "Raise it first:",
            f"    {command}",
            "This shows what else it moves:",
            f"    {preview}",
            "Nothing was written.",
        ]

    @pytest.mark.parametrize(
        ("lock", "commands"),
        [
            ("poetry.lock", ["poetry add 'fastapi>=0.110'", "poetry add --group dev 'pytest>=8.2'"]),
            ("uv.lock", ["uv add 'fastapi>=0.110'", "uv add --dev 'pytest>=8.2'"]),
            ("notes.lock", ["pip install 'fastapi>=0.110' 'pytest>=8.2'"]),
        ],
    )
    def test_of_tests_are_raised_in_their_own_group(self, project: Project, lock: str, commands: list[str]) -> None:
        root = project({lock: ""}).root
        manager = find_package_manager(root, root, "tests/harness", Path("python"))

        raising = manager.raising(["fastapi>=0.110", "pytest>=8.2"])

        shown = [each.replace("--python python ", "") for each in raising]  # uv's pip is told the interpreter
        assert [each[-len(command) :] for each, command in zip(shown, commands, strict=True)] == commands

    def test_of_python_is_refused(self, project: Project) -> None:
        root = project().root
        manager = find_package_manager(root, root, "tests/harness", Path("python"))

        with pytest.raises(
            AdoptionError, match=r"runs on Python 3.9.1, and the plugin needs 3.11 or newer. Make the project's"
        ):
            refuse_old_versions({"python": "3.11"}, {"python": "3.9.1"}, find_packages(root, root, "tests"), manager)


def test_difference_names_each_reason_once() -> None:
    before = SuiteRun(1.0, {"a": "passed", "b": "passed", "c": "passed", "d": "failed", "e": "passed"})
    after = SuiteRun(
        2.0,
        {"a": "passed", "b": "failed", "c": "failed", "d": "passed"},
        {"b": "ClientPolicyError: x", "c": "ClientPolicyError: x"},
    )

    assert list(difference(before, after)) == [
        "The suite before: 4 passed, 1 failed in 1.0 s.",
        "The suite now:    2 passed, 2 failed in 2.0 s.",
        "1 of 4 tests that passed before pass now; 1 more pass now.",
        "  2 now: ClientPolicyError: x",
        "      b",
        "      c",
        "  1 now: it is not collected any more",
        "      e",
    ]


@pytest.mark.parametrize(
    ("text", "warning", "is_changed"),
    [
        ("pytest\n", "", True),
        (
            "#\n# This file is autogenerated by pip-compile with Python 3.12\n",
            "is compiled, which drops the line",
            True,
        ),
        ("# This file was autogenerated by uv via the following command:\n", "is compiled, which drops the line", True),
        ("pytest==9 \\\n    --hash=sha256:0\n", "has hashes, and pip installs no folder", False),
    ],
)
def test_requirements_that_a_program_writes(project: Project, text: str, warning: str, is_changed: bool) -> None:
    """An edit is lost when it runs again, and one that has hashes refuses the plugin's folder."""
    root = project({"requirements.txt": text}).root
    manager, drafts = find_package_manager(root, root, "tests/harness", Path("python")), Drafts()

    manager.draft(drafts, "tests/harness")

    assert warning in manager.warning
    assert bool(manager.warning) is bool(warning)
    assert bool(drafts.edits()) is is_changed
    assert manager.shown.endswith(" --editable ./tests/harness")


def test_reason_that_names_its_test_is_counted_with_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text(
        "import pytest\n\n@pytest.mark.parametrize('x', [1, 2])\ndef test_it(request, x):\n"
        "    raise ValueError(request.node.name + ' connects')\n"
    )

    run = run_suite([sys.executable], tmp_path, ["-p", "no:cacheprovider", str(tmp_path)])

    assert [*run.reasons.values()] == ["ValueError: the test connects"] * 2


def test_reason_is_that_of_the_test_which_an_error_names(tmp_path: Path) -> None:
    """The plugin reports the error of a fixture once, perhaps in a check of its own, which is not the suite."""
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness/test_checks.py").write_text(
        "import pytest\n\n@pytest.fixture\ndef broken():\n    raise ValueError('the database is foreign')\n\n"
        "class TestOwn:\n    def test_check(self, broken): pass\n"
    )
    (tmp_path / "test_notes.py").write_text(
        "def test_note():\n    raise OSError(\n"
        "        'The same error as in harness/test_checks.py::TestOwn::test_check: ValueError')\n"
    )

    run = run_suite([sys.executable], tmp_path, ["-p", "no:cacheprovider", "--import-mode=importlib"])

    assert run.reasons == {"test_notes::test_note": "ValueError: the database is foreign"}


def test_error_that_ends_the_run_in_a_check_of_the_plugin_is_shown(tmp_path: Path) -> None:
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness/test_checks.py").write_text(
        "import pytest\n\ndef test_check():\n    pytest.fail('alembic failed:\\nno table')\n"
    )
    options = ["-p", "no:cacheprovider", "--import-mode=importlib", "--maxfail=1"]
    (tmp_path / "test_notes.py").write_text("def test_note(): pass\n")

    run = run_suite([sys.executable], tmp_path, options)

    said = list(difference(SuiteRun(1.0, {"a": "passed"}), run))
    assert [line for line in said if line.endswith(("Failed: alembic failed:", "no table"))]
    assert said[-1] == "    def oneloop_migrate(oneloop_metadata): return create_all(oneloop_metadata)"


def test_run_that_ended_early_says_why(tmp_path: Path) -> None:
    """The tests after the error are there, and did not run."""
    (tmp_path / "test_notes.py").write_text("def test_a():\n    raise OSError('no server')\n\n\ndef test_b(): pass\n")
    run = run_suite([sys.executable], tmp_path, ["-p", "no:cacheprovider", "-x"])

    said = list(difference(SuiteRun(1.0, {"test_notes::test_b": "passed"}), run))

    assert "  1 now: it did not run, after this: OSError: no server" in said


def test_difference_knows_a_test_without_the_backend_of_anyio() -> None:
    before = SuiteRun(1.0, {"a[asyncio]": "passed", "a[trio]": "passed"})

    said = list(difference(before, SuiteRun(1.0, {"a": "passed"})))

    assert said[2:] == [
        "1 of 2 tests that passed before pass now; 0 more pass now.",
        "  1 now: it runs on asyncio alone, as the app does",
        "      a[trio]",
    ]
