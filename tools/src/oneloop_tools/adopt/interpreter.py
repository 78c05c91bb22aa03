"""The project's interpreter. It has to exist: a project whose suite never ran has nothing to compare."""

import subprocess
from pathlib import Path

from oneloop_tools.project import ENVIRONMENTS, INTERPRETERS, find_python

from .finding import AdoptionError

# What tells the path of an environment that is elsewhere, and the files of the projects that use it.
ELSEWHERE = (
    (("poetry.lock",), ("poetry", "env", "info", "--executable")),
    (("pdm.lock", ".pdm-python"), ("pdm", "info", "--python")),
    (("Pipfile",), ("pipenv", "--py")),
)


def find_interpreter(root: Path, top: Path, named: Path | None) -> Path:
    """Return the interpreter that was named, or the one of the environment in or above the project's folder."""
    if named is not None:
        return Path(find_python(root, named)[0])
    for folder in (root, *root.parents):
        for environment in ENVIRONMENTS:
            for path in INTERPRETERS:
                if (folder / environment / path).exists():
                    return folder / environment / path
        if folder == top:
            break
    for files, command in ELSEWHERE:
        if any((root / file).exists() for file in files) and (found := _output(root, command)):
            return Path(found)
    raise AdoptionError(
        f"No Python environment was found in {root}. Install the project's dependencies first, or name its interpreter "
        "with --python PATH."
    )


def _output(root: Path, command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
