"""The folder in which the project runs pytest: the one that was named, or the only one below it that has tests."""

import os
from pathlib import Path

from oneloop_tools.audit.sources import NEVER

from .finding import AdoptionError
from .pytest_settings import find_pytest_settings

DEPTH = 2


def find_root(folder: Path) -> Path:
    if _is_root(folder):
        return folder
    below = [each for each in _folders(folder, DEPTH) if _is_root(each)]
    nearest = [each for each in below if not any(other in each.parents for other in below)]
    if len(nearest) > 1:
        listed = "\n".join(f"    {each}" for each in nearest)
        raise AdoptionError(f"{folder} has several projects with tests. Name the folder of one:\n{listed}")
    return nearest[0] if nearest else folder


def _is_root(folder: Path) -> bool:
    """Return whether pytest runs here: it has settings, or tests beside a file that declares packages."""
    if find_pytest_settings(folder).exists:
        return True
    has_tests = any((folder / name).is_dir() for name in ("tests", "test")) or (folder / "conftest.py").is_file()
    return has_tests and any((*folder.glob("pyproject.toml"), *folder.glob("*requirements*")))


def _folders(folder: Path, depth: int) -> list[Path]:
    found = []
    for each in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if each.is_dir() and not each.name.startswith(".") and each.name not in NEVER:
            found.append(Path(each.path))
            found += _folders(Path(each.path), depth - 1) if depth > 1 else []
    return found
