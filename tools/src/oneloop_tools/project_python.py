"""The project's own Python interpreter, and commands that run on it.

The audit imports the project's app and may run its pytest, which only the project's environment can do. So the tool
starts the project's interpreter in the project's folder, as a process of its own, with one addition to PYTHONPATH: a
folder that holds this package and nothing else. So the project does not see the tool's own dependencies, and nothing is
installed there.

The interpreter is the first of these: `--python`; a virtual environment in the project's folder; what Poetry names, if
there is a `poetry.lock`; `uv run`, if there is a `pyproject.toml`. `$VIRTUAL_ENV` is ignored: when the tool runs by
`uv run` or `uvx`, it is the tool's own environment.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .errors import ToolsError

PACKAGE = Path(__file__).parent
ENVIRONMENTS = (".venv", "venv")
INTERPRETERS = ("bin/python", "Scripts/python.exe")


class NoInterpreterError(ToolsError):
    """The project's interpreter cannot be found."""


def run_in_project(root: Path, python: Path | None, module: str, arguments: Sequence[str]) -> int:
    """Run a module of this package on the project's interpreter, and return its exit status."""
    command = find_python(root, python)
    with source_folder() as folder:
        environment = project_environment(folder, Path(command[0]).parent, os.environ)
        return subprocess.run([*command, "-m", module, *arguments], cwd=root, env=environment, check=False).returncode


def find_python(root: Path, named: Path | None) -> list[str]:
    """Return the command that starts the project's interpreter."""
    if named is not None:
        found = shutil.which(root / named) or shutil.which(named)
        if found is None:
            raise NoInterpreterError(f"There is no interpreter {named}. Give --python the path of the project's own.")
        return [os.path.abspath(found)]  # noqa: PTH100  Path.resolve would leave the virtual environment
    for environment in ENVIRONMENTS:
        for path in INTERPRETERS:
            if (root / environment / path).exists():
                return [str(root / environment / path)]
    if (root / "poetry.lock").exists() and (found := _named_by_poetry(root)):
        return [found]
    if (root / "pyproject.toml").exists() and (uv := os.environ.get("UV") or shutil.which("uv")):
        return [uv, "run", "--quiet", "--project", str(root), "python"]
    raise NoInterpreterError(
        f"No Python environment was found in {root}. Name the project's interpreter:\n"
        "    oneloop-tools audit REPO --python PATH"
    )


def _named_by_poetry(root: Path) -> str | None:
    command = ["poetry", "env", "info", "--executable"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip() or None


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
