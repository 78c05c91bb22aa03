"""What is rendered is judged by checks that can fail, and stays green over an update. That it works: tests/matrix/."""

import json
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support import template
from tests.support.bugs import Edit, planted
from tests.support.environment import ROOT, commit_all, git
from tests.support.outcomes import passed
from tests.support.project import Project

WITH_DATABASE = str(ROOT / "tests/support/with_database.py")


@pytest.fixture(scope="module")
def guarded(typed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service of this file's own, to plant bugs in."""
    return typed.copy(tmp_path_factory.mktemp("guarded") / "service")


class TestTheGuards:
    """Planted bugs: each of the checks that a cell of the matrix makes fails when it has to."""

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            pytest.param("import os\n", "F401", id="lint"),
            pytest.param('"""Planted."""\n\nNUMBERS = [1,2]\n', "would be reformatted", id="format"),
            pytest.param('"""Planted."""\n\nNUMBER: int = "one"\n', "Incompatible types in assignment", id="types"),
        ],
    )
    def test_check_names_the_planted_bug(self, guarded: Project, text: str, complaint: str) -> None:
        file = guarded.root / "src/my_service/planted.py"
        file.write_text(text)
        try:
            done = guarded.run("poe", "check")
        finally:
            file.unlink()

        assert done.returncode != 0
        assert complaint in done.stdout

    def test_drift_is_found(self, guarded: Project) -> None:
        """A column in a model that no migration makes."""
        column = Edit("src/my_service/users/models.py", "    is_active: ", "    planted: Mapped[str]\n    is_active: ")
        commands = json.dumps([["alembic", "upgrade", "head"], ["alembic", "check"]])

        with planted(guarded, column):
            done = guarded.run("python", WITH_DATABASE, commands)

        assert done.returncode != 0
        assert "New upgrade operations detected" in done.stdout
        assert "planted" in done.stdout

    def test_a_broken_route_is_found(self, guarded: Project) -> None:
        with planted(guarded, Edit("src/my_service/health.py", '"healthy"', '"ill"')):
            assert guarded.run("pytest", "tests/test_health.py").returncode == 1


def test_an_update_leaves_the_service_green(oneloop: Path, tmp_path: Path) -> None:
    """A sentinel arrives in the harness, and the updated service passes its own tests."""
    releases = template.snapshot_of(oneloop, tmp_path / "oneloop")
    git(releases, "tag", "1.0.0")
    service = template.render(releases, tmp_path / "service", ref="1.0.0")
    commit_all(service, "Start")
    sentinel = releases / "template/{{tests_dir}}/harness/__init__.py"
    sentinel.write_text(sentinel.read_text() + "\nSENTINEL = 2\n")
    commit_all(releases, "Fix a fixture", tag="1.0.1")

    template.update(service, ref="1.0.1")

    assert "SENTINEL = 2" in (service / "tests/harness/__init__.py").read_text()
    project = Project(service, "3.11").install()
    assert passed(project.succeed("pytest")) >= 60


def test_the_lock_file_is_the_users(installed: Installed) -> None:
    """None is rendered, and uv's own is not ignored: a service commits it."""
    project = installed()

    assert (project.root / "uv.lock").exists()
    assert "uv.lock" not in (project.root / ".gitignore").read_text()
