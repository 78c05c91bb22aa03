"""The project's own Python interpreter.

The audit imports the project's app and may run its pytest, which only the project's environment can do. So the tool
starts the project's interpreter in the project's folder, as a process of its own, with one addition to PYTHONPATH: a
folder that holds this package and nothing else. So the project does not see the tool's own dependencies, and nothing is
installed there.

The interpreter is the first of these: `--python`; a virtual environment in the project's folder or above it; where a
variable of uv says; what Poetry, PDM or Pipenv names. None is made: the commands that read a project write nothing
there. `$VIRTUAL_ENV` is ignored: when the tool runs by `uv run` or `uvx`, it is the tool's own environment.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .errors import ToolsError
from .project import upwards

PACKAGE = Path(__file__).parent
ENVIRONMENTS = (".venv", "venv")
INTERPRETERS = ("bin/python", "Scripts/python.exe")
# What tells the path of an environment that is elsewhere, and the files of the projects that use it.
ELSEWHERE = (
    (("poetry.lock",), ("poetry", "env", "info", "--executable")),
    (("pdm.lock", ".pdm-python"), ("pdm", "info", "--python")),
    (("Pipfile",), ("pipenv", "--py")),
)


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
    for folder in upwards(root):
        places = [folder / each for each in environments]
        if (folder / "pyvenv.cfg").exists():  # made by `python -m venv .`
            places.append(folder)
        for path in (place / each for place in places for each in INTERPRETERS):
            if path.exists():
                return path
    return None


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
