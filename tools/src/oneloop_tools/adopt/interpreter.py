"""The project's interpreter. It has to exist: a project whose suite never ran has nothing to compare."""

from pathlib import Path

from oneloop_tools.project import POETRY, find_environment, find_python, output_of

from .finding import AdoptionError

# What tells the path of an environment that is elsewhere, and the files of the projects that use it.
ELSEWHERE = (
    (("poetry.lock",), POETRY),
    (("pdm.lock", ".pdm-python"), ("pdm", "info", "--python")),
    (("Pipfile",), ("pipenv", "--py")),
)


def find_interpreter(root: Path, named: Path | None) -> Path:
    """Return the interpreter that was named, or the one of the environment in or above the project's folder."""
    if named is not None:
        return Path(find_python(root, named)[0])
    if found := find_environment(root):
        return found
    for files, command in ELSEWHERE:
        if any((root / file).exists() for file in files) and (printed := output_of(root, command)):
            return Path(printed)
    raise AdoptionError(
        f"No Python environment was found in {root}. Install the project's dependencies first, for example with "
        "`uv sync`, or name its interpreter with --python PATH."
    )
