"""The project: what its files say about its app and its tests, and its own Python interpreter.

The settings are read from Copier's answers, pyproject.toml and pytest's settings.

The audit imports the project's app and may run its pytest, which only the project's environment can do. So the tool
starts the project's interpreter in the project's folder, as a process of its own, with one addition to PYTHONPATH: a
folder that holds this package and nothing else. So the project does not see the tool's own dependencies, and nothing is
installed there.

The interpreter is the first of these: `--python`; a virtual environment in the project's folder or above it; where a
variable of uv says; what Poetry, PDM or Pipenv names. None is made: the commands that read a project write nothing
there. `$VIRTUAL_ENV` is ignored: when the tool runs by `uv run` or `uvx`, it is the tool's own environment.
"""

import configparser
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .errors import ToolsError
from .marked_urls import marked_urls

ANSWER = re.compile(r"^(?P<key>\w+):\s*(?P<quote>['\"]?)(?P<value>.*?)(?P=quote)\s*$")
ANSWERS_FILE = ".copier-answers.yml"
OWN_ANSWERS_FILE = ".copier-answers.oneloop.yml"
TESTS = "tests"
PACKAGE = Path(__file__).parent
ENVIRONMENTS = (".venv", "venv")
INTERPRETERS = ("bin/python", "Scripts/python.exe")
# What tells the path of an environment that is elsewhere, and the files of the projects that use it.
ELSEWHERE = (
    (("poetry.lock",), ("poetry", "env", "info", "--executable")),
    (("pdm.lock", ".pdm-python"), ("pdm", "info", "--python")),
    (("Pipfile",), ("pipenv", "--py")),
)


@dataclass(frozen=True)
class ProjectSettings:
    root: Path
    answers: dict[str, str]
    pyproject: dict[str, Any]
    pytest: dict[str, list[str]]

    @classmethod
    def of(cls, root: Path) -> "ProjectSettings":
        pyproject = read_toml(root / "pyproject.toml")
        # Where another template has the usual name, the plugin's answers have a name of their own.
        own = root / OWN_ANSWERS_FILE
        answers = _answers(own if own.exists() else root / ANSWERS_FILE)
        return cls(root, answers, pyproject, _pytest(root, pyproject))

    @property
    def app(self) -> str | None:
        """The name of the app as `module:name`: the answer, or what FastAPI's own command line uses."""
        entry = self.pyproject.get("tool", {}).get("fastapi", {}).get("entrypoint")
        return self.answers.get("app") or (entry if isinstance(entry, str) else None)

    @property
    def session_dependency(self) -> str | None:
        """The name of the dependency that provides a database session, as `module:name`."""
        return self.answers.get("session_dependency")

    @property
    def urls(self) -> dict[str, str]:
        """The database's variables of a project that has adopted the plugin, with values to import the app."""
        table = self.pyproject.get("tool", {}).get("oneloop", {})
        whole = {"url": table["database_url_variable"]} if "database_url_variable" in table else {}
        named = {**whole, **table.get("database_url_variables", {})}
        lists = {part: names if isinstance(names, list) else [names] for part, names in named.items()}
        return marked_urls(lists, table.get("driver", "postgresql+asyncpg"))

    @property
    def test_folders(self) -> list[Path]:
        """The folders of the tests: pytest's `testpaths`, else the tests folder, else the project."""
        listed = [self.root / each for each in self.pytest.get("testpaths", [])]
        folder = self.root / self.answers.get("tests_dir", TESTS)
        return [each for each in listed if each.exists()] or [folder if folder.is_dir() else self.root]

    @property
    def plugin_folder(self) -> Path:
        """The folder in which the project has Oneloop's pytest plugin, if it has adopted it."""
        return self.root / self.answers.get("tests_dir", TESTS) / "harness"

    @property
    def is_isolated(self) -> bool:
        """Whether the suite was written for Oneloop's plugin: no test leaves anything for the next one."""
        table = self.pyproject.get("tool", {}).get("oneloop", {})
        return self.plugin_folder.is_dir() and bool(table) and not table.get("existing_suite")


def has_adopted(path: Path) -> bool:
    """Whether a pyproject.toml beside or above a file of tests has the table without which the plugin does nothing."""
    return any("oneloop" in read_toml(folder / "pyproject.toml").get("tool", {}) for folder in upwards(path))


def upwards(path: Path) -> Iterator[Path]:
    """Yield a path and the folders above it, up to the top of its git repository."""
    for folder in (path, *path.parents):
        yield folder
        if (folder / ".git").exists():
            return


def read_toml(file: Path) -> dict[str, Any]:
    """Return the tables of a file; none where it is missing or wrong, which the project's own tools report."""
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _answers(file: Path) -> dict[str, str]:
    # Copier writes one answer a line, so the standard library is enough to read it.
    if not file.exists():
        return {}
    lines = map(ANSWER.match, file.read_text("utf-8-sig").splitlines())
    return {found["key"]: found["value"] for found in lines if found and found["value"]}


def _pytest(root: Path, pyproject: dict[str, Any]) -> dict[str, list[str]]:
    # As in pytest, the first of these files wins and nothing is merged.
    for name in ("pytest.toml", ".pytest.toml"):
        if (root / name).exists():
            return {key: _words(value) for key, value in read_toml(root / name).get("pytest", {}).items()}
    for name, section in (("pytest.ini", "pytest"), (".pytest.ini", "pytest")):
        if (root / name).exists():
            return _ini(root / name, section)
    tool = pyproject.get("tool", {}).get("pytest", {})
    if tool:
        options = tool.get("ini_options") or tool
        return {key: _words(value) for key, value in options.items()}
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        if (root / name).exists() and (found := _ini(root / name, section)):
            return found
    return {}


def _ini(file: Path, section: str) -> dict[str, list[str]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(file, "utf-8-sig")
    except configparser.Error:
        return {}
    if not parser.has_section(section):
        return {}
    return {key: value.split() for key, value in parser.items(section)}


def _words(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else str(value).split()


class NoInterpreterError(ToolsError):
    """The project's interpreter cannot be found."""


def run_in_project(
    root: Path, python: Path | None, module: str, arguments: Sequence[str], *, quiet: bool = False
) -> int:
    """Run a module of this package on the project's interpreter, and return its exit status. It writes no bytecode.

    With `quiet`, its errors are printed, and only if it fails: importing an app may print.
    """
    interpreter = find_python(root, python)
    with source_folder() as folder:
        environment = project_environment(folder, interpreter.parent, {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        command = [str(interpreter), "-m", module, *arguments]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=quiet, check=False)
    if quiet and done.returncode:
        sys.stderr.write(done.stderr.decode("utf-8", "replace"))
    return done.returncode


def find_python(root: Path, named: Path | None) -> Path:
    """Return the project's interpreter."""
    if named is not None:
        path = shutil.which(root / named) or shutil.which(named)
        if path is None:
            raise NoInterpreterError(f"There is no interpreter {named}. Give --python the path of the project's own.")
        return Path(os.path.abspath(path))  # noqa: PTH100  Path.resolve would leave the virtual environment
    if found := find_environment(root):
        return found
    for files, command in ELSEWHERE:
        if any((root / file).exists() for file in files) and (printed := output_of(root, command)):
            return Path(printed)
    raise NoInterpreterError(
        f"No Python environment was found in {root}, and nothing was written there. Install the project's dependencies "
        "first, for example with `uv sync`, or name its interpreter with --python PATH."
    )


def http_library(root: Path) -> str:
    """Return httpx where the project's environment has no httpx2, as the plugin does."""
    try:
        environment = find_python(root, None).parents[1]
    except NoInterpreterError:
        return "httpx2"
    found = {
        each.name
        for packages in ("lib/python*/site-packages", "Lib/site-packages")
        for each in environment.glob(f"{packages}/httpx*")
    }
    return "httpx" if "httpx" in found and "httpx2" not in found else "httpx2"


def find_environment(root: Path) -> Path | None:
    """Return the interpreter of the nearest virtual environment: a workspace has it at the top of the repository."""
    environments = [*filter(None, [os.environ.get("UV_PROJECT_ENVIRONMENT")]), *ENVIRONMENTS]
    places = [f"{environment}/{path}" for environment in environments for path in INTERPRETERS]
    return next((path for folder in upwards(root) for place in places if (path := folder / place).exists()), None)


def output_of(root: Path, command: Sequence[str]) -> str:
    """Return what a program of the project prints; nothing if it is missing or fails."""
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


@contextmanager
def source_folder() -> Iterator[Path]:
    """Make a folder that holds this package alone: the one that it is installed in may hold LibCST and more."""
    with TemporaryDirectory(prefix="oneloop-tools-") as made:
        link = Path(made, PACKAGE.name)
        try:
            link.symlink_to(PACKAGE, target_is_directory=True)
        except OSError:  # Windows allows links to administrators only
            shutil.copytree(PACKAGE, link)
        yield Path(made)


def project_environment(folder: Path, programs: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the user's environment without the tool's own, with `folder` to import from and the project's programs."""
    kept = {name: value for name, value in environment.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME")}
    for name, first in (("PYTHONPATH", folder), ("PATH", programs)):
        kept[name] = os.pathsep.join([str(first), *filter(None, [kept.get(name)])])
    return kept
