"""A plugin that is not the one of the project, or lacks a package: one clear sentence before any test runs."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.plugin.test_refused_runs import refused
from tests.support.environment import run
from tests.support.overlay import Overlay


def test_the_plugin_of_another_project_is_refused(changed: Overlay) -> None:
    """Two copies at once: the environment has the one of the original, and the copy has its own."""
    env = {"PYTHONPATH": str(changed.root / "src")}
    done = run(changed.python, "-m", "pytest", "-q", "tests/users", cwd=changed.root, env=env)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert str(changed.root / "tests/harness/oneloop") in done.stdout
    assert str(changed.original.root / "tests/harness/oneloop") in done.stdout
    assert "    uv add --dev --editable ./tests/harness\n" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_package_of_the_same_name_is_refused(changed: Overlay) -> None:
    package = changed.root / "src/oneloop"
    package.mkdir()
    (package / "__init__.py").touch()

    assert "The project has a package 'oneloop', as the plugin is called. Rename yours." in refused(changed)


def test_a_package_that_is_too_old_is_named_with_the_command(changed: Overlay) -> None:
    """As after an update without `uv sync`; the metadata are what an installer writes."""
    old = changed.root / "src/sqlalchemy-2.0.36.dist-info"
    old.mkdir()
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: SQLAlchemy\nVersion: 2.0.36\n")

    output = refused(changed)

    assert "sqlalchemy 2.0.36 is too old. The plugin needs >=2.0." in output
    assert "Run:\n    uv sync --upgrade-package sqlalchemy\n" in output


def test_a_project_without_the_folder_is_refused(installed: Installed, tmp_path: Path) -> None:
    project = installed().copy(tmp_path / "service")
    shutil.rmtree(project.root / "tests/harness")

    done = run("uv", "run", "pytest", "-q", cwd=project.root)

    assert done.returncode != 0
    assert "tests/harness" in done.stdout
    assert "passed" not in done.stdout
