"""The folder in which the project runs pytest: the one that was named, or the only one below it that has tests."""

import os
from pathlib import Path

from oneloop_tools.audit.sources import NEVER, walk

from .finding import AdoptionError
from .pytest_settings import find_pytest_settings

DEPTH = 2
PACKAGES = ("pyproject.toml", "*requirements*", "setup.cfg", "setup.py", "Pipfile")


def find_root(folder: Path) -> Path:
    """Return the folder, or else the nearest one below it in which pytest runs."""
    if find_pytest_settings(folder).exists or _has_tests_beside(folder):
        return folder
    below = [each for each in _folders(folder, DEPTH) if find_pytest_settings(each).exists or _has_tests_beside(each)]
    below = below or [each for each in (folder, *_folders(folder, DEPTH)) if _has_tests_below(each)]
    nearest = [each for each in below if not any(other in each.parents for other in below)]
    if len(nearest) > 1:
        listed = "\n".join(f"    {each}" for each in nearest)
        raise AdoptionError(f"{folder} has several projects with tests. Name the folder of one:\n{listed}")
    return nearest[0] if nearest else folder


def _has_tests_beside(folder: Path) -> bool:
    tests = any((folder / name).is_dir() for name in ("tests", "test")) or (folder / "conftest.py").is_file()
    return tests and _declares_packages(folder)


def _has_tests_below(folder: Path) -> bool:
    return _declares_packages(folder) and any(path.name.startswith("test_") for path in walk(folder))


def _declares_packages(folder: Path) -> bool:
    return any(any(folder.glob(pattern)) for pattern in PACKAGES)


def _folders(folder: Path, depth: int) -> list[Path]:
    found = []
    for each in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if each.is_dir() and not each.name.startswith(".") and each.name not in NEVER:
            found.append(Path(each.path))
            found += _folders(Path(each.path), depth - 1) if depth > 1 else []
    return found
