"""One command brings the plugin into a project, runs its suite before and after, and touches nothing else."""

import re
import sys
from pathlib import Path

import pytest

from oneloop_tools.project import ProjectSettings
from tests.adopt.sample import SAMPLES, Sample, begin
from tests.support.environment import ROOT, commit_all, git, interpreter, run, succeed, uv
from tests.tools.adopt.conftest import CONFTEST, DATABASE, Project, path_without
from tests.tools.adopt.test_found import ALEMBIC, ENV, FIELD, FROM_MANAGER, MANAGER

ADDED = re.compile(r"^\+(?!\+\+)(.+)$", re.MULTILINE)
PASSED = re.compile(r"(\d+) of (\d+) tests that passed before pass now; (\d+) more pass now")
WRONG_LOOP = re.compile(r"(\d+) now: oneloop.errors.WrongLoopError: ")


@pytest.fixture
def installed(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Sample, Path]:
    """A sample whose dependencies are installed, as its team has it."""
    sample = SAMPLES[request.param]
    top = begin(sample, tmp_path / sample.name)
    (top / ".gitignore").write_text(".venv/\n__pycache__/\n*.egg-info/\n")
    succeed(uv(), "sync", "--quiet", cwd=top / sample.root, env={"UV_PYTHON": interpreter("3.11")})
    commit_all(top, "Install")
    return sample, top


def adopt(top: Path, *arguments: str | Path) -> str:
    """Run the command in the top folder of the repository: it finds the folder in which pytest runs."""
    command = [sys.executable, "-m", "oneloop_tools", "adopt", ".", "--yes", *arguments]
    done = run(*command, cwd=top, env={"PYTHONPATH": str(ROOT / "tools/src")})
    assert done.returncode in (0, 1), done.stdout
    return done.stdout


@pytest.mark.parametrize("installed", ["brief"], indirect=True)
def test_one_command_adopts(installed: tuple[Sample, Path], oneloop: Path) -> None:
    """The edits are those that were shown, and pytest starts with them."""
    sample, top = installed

    output = adopt(top, "--template", oneloop, "--no-tests")

    check_edits(top, sample, output)
    collected = run(top / ".venv/bin/python", "-m", "pytest", "--collect-only", "-q", cwd=top)
    assert collected.returncode == 0, collected.stdout
    tool = [sys.executable, "-m", "oneloop_tools", "adopt", ".", "--allow-dirty"]
    assert "has the plugin already" in run(*tool, cwd=top, env={"PYTHONPATH": str(ROOT / "tools/src")}).stdout


@pytest.mark.nightly
@pytest.mark.parametrize("installed", SAMPLES, indirect=True)
def test_what_opens_no_connection_stays_green(installed: tuple[Sample, Path], oneloop: Path) -> None:
    """A sync client that reaches the database is refused, also on aiosqlite, where any loop would do."""
    sample, top = installed

    output = adopt(top, "--template", oneloop)

    check_edits(top, sample, output)
    passed = PASSED.search(output)
    assert passed, output
    kept, before, more = map(int, passed.groups())
    assert kept + more == sample.keep, output
    assert sum(map(int, WRONG_LOOP.findall(output))) == before - kept, output


def check_edits(top: Path, sample: Sample, output: str) -> None:
    """Compare git's view with what was shown, and Copier's answers with those of a user who knows the project."""
    root = top / sample.root
    changed = {(top / path).relative_to(root).as_posix() for path in git(top, "diff", "--name-only").splitlines()}
    shown = set(re.findall(r"^\+\+\+ b/(\S+)$", output, re.MULTILINE))
    assert changed - {"uv.lock"} == shown
    assert 3 <= len(ADDED.findall(output)) <= 10, output
    answers = (root / ".copier-answers.yml").read_text()
    expected = {name: answer for name, answer in sample.answers.items() if name != "tests_dir"}
    assert [f"{name}: {answer}" for name, answer in expected.items() if f"{name}: {answer}\n" not in answers] == []


ANOTHER_TEMPLATE = "_src_path: https://example.com/another\n"


def test_without_the_package_manager_its_command_is_printed(project: Project, oneloop: Path) -> None:
    """Nothing of another manager is written. Another template keeps its answers, and the source stays as it is."""
    adopting = project(
        {
            "poetry.lock": "",
            ".copier-answers.yml": ANOTHER_TEMPLATE,
            "notes/settings.py": FIELD,
            "notes/database.py": MANAGER,
            "notes/main.py": FROM_MANAGER,
        }
    )
    before = adopting.content()

    done = adopting.adopt("--yes", "--no-tests", "--template", str(oneloop), PATH=path_without("poetry"))

    after = adopting.content()
    assert done.returncode == 1
    assert "it is not installed: poetry is not on PATH.\nRun this in " in done.stderr
    assert done.stderr.endswith("    poetry add --group dev --editable ./tests/harness\n")
    assert {path for path in before if before[path] != after[path]} == {"pyproject.toml"}
    new = {path for path in after.keys() - before.keys() if not path.startswith(("tests/harness/", "docs/testing/"))}
    assert new - {"tests/__init__.py"} == {"tests/seam.py", ".copier-answers.oneloop.yml"}
    assert "    return database.session\n" in after["tests/seam.py"].decode()
    assert ProjectSettings.of(adopting.root).app == "notes.main:app"


@pytest.mark.nightly
def test_app_that_tests_in_memory_is_not_migrated(project: Project, oneloop: Path) -> None:
    """Its migrations would go into its own engine, which is not on the plugin's database."""
    in_memory = 'os.environ.get("TESTING_URL") or os.environ["DATABASE_URL"]'
    adopting = project(
        {
            "poetry.lock": "",
            "alembic.ini": ALEMBIC,
            "migrations/env.py": ENV,
            "migrations/versions/one.py": "",
            "notes/database.py": DATABASE.replace('os.environ["DATABASE_URL"]', in_memory),
            "tests/conftest.py": f'{CONFTEST}os.environ["TESTING_URL"] = "sqlite+aiosqlite://"\n',
        }
    )

    done = adopting.adopt("--yes", "--no-tests", "--template", str(oneloop), PATH=path_without("poetry"))

    assert "The app's database is in memory, and stays as it is." in done.stderr, done.stderr
    assert "migrations: create_all\n" in (adopting.root / ".copier-answers.yml").read_text()
