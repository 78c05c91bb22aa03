"""What CI runs on the lowest and on the highest dependencies really has them, and the lock stays as it was."""

import shlex
from typing import Any

import pytest
import yaml

from tests.conftest import Installed, Rendered
from tests.support.bugs import Edit, planted
from tests.support.environment import ROOT, run, succeed, uv
from tests.support.project import Project

pytestmark = pytest.mark.nightly  # each builds an environment; a cell of the matrix has the lower bounds

SCRIPT = str(ROOT / "tests/support/at_lower_bounds.py")
AT_ITS_BOUND = "ruff 0.17.0"


@pytest.fixture(scope="module")
def locked(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A service whose lock is neither: all of it is at its newest, but for ruff, which is at its oldest."""
    project = installed().copy(tmp_path_factory.mktemp("locked") / "service")
    succeed(uv(), "lock", "--quiet", "--upgrade-package", AT_ITS_BOUND.replace(" ", "=="), cwd=project.root)
    return project.install()


def job(rendered: Rendered, name: str) -> tuple[str, dict[str, str]]:
    """Return what both emitted pipelines run for a job, and the environment that it has there."""
    github: Any = yaml.safe_load((rendered() / ".github/workflows/ci.yml").read_text())
    gitlab: Any = yaml.safe_load((rendered(ci="gitlab") / ".gitlab-ci.yml").read_text())
    step = github["jobs"][name]["steps"][-1]
    assert [step["run"]] == gitlab[name]["script"]
    assert step["env"]["UV_LOCKED"] == gitlab[name]["variables"]["UV_LOCKED"]
    return step["run"], {**github["env"], **step["env"]}


def versions(project: Project, command: str, settings: dict[str, str]) -> tuple[int, str]:
    """Run a command of CI's, with a look at the dependencies where it has pytest."""
    words = shlex.split(command)
    assert words[0] == "uv"
    assert words[-1] == "pytest"
    environment = {**settings, "UV_PYTHON": project.python}
    done = run(uv(), *words[1:-1], "python", SCRIPT, cwd=project.root, env=environment)
    return done.returncode, done.stdout


def test_lowest_is_each_lower_bound(rendered: Rendered, locked: Project) -> None:
    before = (locked.root / "uv.lock").read_bytes()

    status, said = versions(locked, *job(rendered, "lowest"))

    assert status == 0, said
    assert (locked.root / "uv.lock").read_bytes() == before


def test_highest_is_newer_than_the_lock(rendered: Rendered, locked: Project) -> None:
    before = (locked.root / "uv.lock").read_bytes()

    status, said = versions(locked, *job(rendered, "highest"))

    assert status == 1
    assert "ruff " in said
    assert AT_ITS_BOUND not in said.splitlines()
    assert (locked.root / "uv.lock").read_bytes() == before


def test_by_poe_it_would_be_the_lock(rendered: Rendered, locked: Project) -> None:
    """Planted: the trap that the workflow's comment tells of. The suite would be green on the wrong versions."""
    command, settings = job(rendered, "lowest")
    words = [*shlex.split(command)[1:-1], "poe", "versions"]
    task = Edit("pyproject.toml", "[tool.poe.tasks]\n", f"[tool.poe.tasks]\nversions = \"python '{SCRIPT}'\"\n")

    with planted(locked, task):
        done = run(uv(), *words, cwd=locked.root, env={**settings, "UV_PYTHON": locked.python})

    assert done.returncode == 1
    assert "is installed, but" in done.stdout
    assert AT_ITS_BOUND in done.stdout.splitlines()
