"""The plugin is a distribution, installed from the service's own folder: it loads from everywhere and does no harm."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.environment import run
from tests.support.overlay import Overlay

OVERRIDE = '''

@pytest.fixture
def test_users(test_users):
    """Extend the plugin's fixture of the same name."""
    return {**test_users, "extended": True}
'''
USES_IT = "async def test_it(test_users):\n    assert test_users['extended'] and test_users['admin']\n"


class TestWhereItRuns:
    def test_from_another_folder(self, service: Overlay, tmp_path: Path) -> None:
        status, output = service.output(str(service.root / "tests/test_health.py"), folder=tmp_path)

        assert (status, "15 passed" in output) == (0, True), output

    def test_from_a_folder_below(self, service: Overlay) -> None:
        status, output = service.output("test_user.py", folder=service.root / "tests/users")

        assert status == 0, output

    def test_with_options_that_change_how_it_loads(self, service: Overlay) -> None:
        options = ("--import-mode=importlib", "--rootdir=.", "-p", "no:randomly", "-n", "2")

        status, output = service.output("tests/test_health.py", "tests/test_metrics.py", *options)

        assert status == 0, output

    def test_where_the_tests_are_no_package(self, changed: Overlay) -> None:
        """With importlib's mode no folder of them is on the path, and access.py is found all the same."""
        (changed.root / "tests/__init__.py").unlink()

        status, output = changed.output(
            "tests/harness/oneloop/checks/test_access.py", "-k", "health", "--import-mode=importlib"
        )

        assert status == 0, output

    def test_in_an_editor(self, service: Overlay) -> None:
        """It collects without a database, then runs one test by its id."""
        status, listed = service.output("--collect-only", "tests/test_metrics.py", env={"PGBIN": "/nowhere"})
        node = next(line for line in listed.splitlines() if "::" in line)
        alone, output = service.output(node, f"--rootdir={service.root}")

        assert (status, alone) == (0, 0), output
        assert "1 passed" in output

    def test_in_a_monorepo_each_service_runs_by_itself(self, service: Overlay, tmp_path: Path) -> None:
        """Each from the root of the repository; one run over both is refused in a sentence."""
        both = [Overlay.of(service.original, tmp_path / "repository" / name) for name in ("orders", "kitchen")]
        (tmp_path / "repository/pytest.ini").write_text("[pytest]\n")

        alone = [each.output(f"{each.root.name}/tests/test_health.py", folder=tmp_path / "repository") for each in both]
        status, output = both[0].output(
            "orders/tests/test_health.py", "kitchen/tests/test_health.py", folder=tmp_path / "repository"
        )

        assert [status for status, _ in alone] == [0, 0], alone
        assert status == pytest.ExitCode.USAGE_ERROR
        assert "kitchen and orders" in output
        assert "Traceback" not in output


class TestFixturesOfTheUser:
    def test_win_and_may_extend_the_plugins(self, changed: Overlay) -> None:
        conftest = changed.root / "tests/conftest.py"
        conftest.write_text(conftest.read_text() + OVERRIDE)
        (changed.root / "tests/test_it.py").write_text(USES_IT)

        run = changed.pytest("tests/test_it.py")

        assert run.having("passed") == {"test_it"}, run.output

    def test_are_listed_with_their_place(self, service: Overlay) -> None:
        """`pytest --fixtures` leads to the files of the plugin."""
        _, output = service.output("--fixtures", "tests/test_health.py")

        assert re.search(r"^async_client.*tests/harness/oneloop/fixtures/app_fixtures\.py:\d+", output, re.MULTILINE)


class TestWithoutTheTable:
    """An entry point is loaded in every pytest run of an environment."""

    @pytest.fixture
    def stranger(self, service: Overlay, tmp_path: Path) -> Overlay:
        """Another package's suite, in the same environment; it has options of its own of the same names."""
        root = tmp_path / "stranger"
        root.mkdir()
        (root / "conftest.py").write_text(
            "def pytest_addoption(parser):\n    parser.addoption('--live', action='store_true')\n"
        )
        (root / "test_it.py").write_text(
            "import sys\n\n\ndef test_it(request):\n"
            "    assert 'fastapi' not in sys.modules\n"
            "    assert not request.config.getoption('live')\n"
        )
        return Overlay(service.original, root)

    def test_it_does_nothing(self, stranger: Overlay) -> None:
        """No header, no fixture, no option, no server, and none of its imports."""
        status, output = stranger.output("-v")
        _, fixtures = stranger.output("--fixtures")

        assert (status, "1 passed" in output) == (0, True), output
        assert "oneloop " not in output
        assert "async_client" not in fixtures


class TestTheDistribution:
    def test_is_installed_by_path_and_never_from_an_index(self, installed: Installed) -> None:
        """Its name cannot be uploaded, and the lock file says where it is from."""
        root = installed().root
        plugin = tomllib.loads((root / "tests/harness/pyproject.toml").read_text("utf-8"))["project"]
        lock = tomllib.loads((root / "uv.lock").read_text("utf-8"))["package"]

        assert plugin["name"] == "oneloop-vendored"
        assert "Private :: Do Not Upload" in plugin["classifiers"]
        assert [each["source"] for each in lock if each["name"] == plugin["name"]] == [{"editable": "tests/harness"}]

    def test_missing_or_switched_off_is_a_clear_error(self, service: Overlay) -> None:
        """A test that asks for none of its fixtures would pass without it."""
        status, output = service.output("tests/test_health.py", "-p", "no:oneloop")

        assert status == pytest.ExitCode.USAGE_ERROR
        assert "Missing required plugins: oneloop-vendored" in output

    def test_brings_a_new_dependency_with_the_next_sync(self, installed: Installed, tmp_path: Path) -> None:
        """`uv lock` reads the versions of the plugin's own pyproject.toml."""
        project = installed().copy(tmp_path / "service")
        settings = project.root / "tests/harness/pyproject.toml"
        settings.write_text(
            settings.read_text().replace("dependencies = [", 'dependencies = [\n    "iniconfig>=2",', 1)
        )

        project.succeed("python", "-c", "import iniconfig")

        assert '"iniconfig"' in (project.root / "uv.lock").read_text()

    @pytest.mark.nightly
    def test_installs_with_pip(self, service: Overlay, tmp_path: Path) -> None:
        """For projects without uv: `pip install --editable tests/harness`."""
        root = tmp_path / "service"
        shutil.copytree(service.root, root)
        assert run(service.original.python, "-m", "venv", str(tmp_path / "venv"), cwd=root).returncode == 0
        python = str(tmp_path / "venv/bin/python")
        done = run(python, "-m", "pip", "install", "-q", "--editable", ".", "--editable", "tests/harness", cwd=root)
        assert done.returncode == 0, done.stdout

        tests = run(python, "-m", "pytest", "-q", "tests/users", cwd=root)

        assert tests.returncode == 0, tests.stdout

    @pytest.mark.nightly
    def test_installs_with_poetry(self, service: Overlay, tmp_path: Path) -> None:
        """As a path dependency of the dev group."""
        root = tmp_path / "app"
        root.mkdir()
        shutil.copytree(service.root / "tests/harness", root / "tests/harness")
        (root / "pyproject.toml").write_text(
            '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11,<4"\n'
            "[tool.poetry]\npackage-mode = false\n[tool.poetry.group.dev.dependencies]\n"
            'oneloop-vendored = { path = "tests/harness", develop = true }\n'
        )
        assert run(service.original.python, "-m", "venv", str(tmp_path / "venv"), cwd=root).returncode == 0
        python = tmp_path / "venv/bin/python"
        assert run(python, "-m", "pip", "install", "-q", "poetry", cwd=root).returncode == 0
        env = {"POETRY_VIRTUALENVS_IN_PROJECT": "true"}

        done = run(python, "-m", "poetry", "install", "--no-interaction", cwd=root, env=env, timeout=1200)
        found = run(root / ".venv/bin/python", "-c", "import oneloop.plugin as p; print(p.__file__)", cwd=root)

        assert done.returncode == 0, done.stdout
        assert found.stdout.strip() == str(root / "tests/harness/oneloop/plugin.py"), found.stdout
