"""What to run when a package is too old: the command of the project's package manager, and what else that moves.

It imports nothing of the plugin, since the plugin could not be imported.
"""

import tomllib
from collections.abc import Collection, Iterator
from importlib.metadata import distributions, requires, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

# By the file that shows it, the command for a package of the project itself and for one of its tests alone.
MANAGERS = {
    "uv.lock": ("uv add", "uv add --dev"),
    "poetry.lock": ("poetry add", "poetry add --group dev"),
    "pdm.lock": ("pdm add", "pdm add --dev --group dev"),
    "Pipfile": ("pipenv install", "pipenv install --dev"),
}
PIP = ("pip install", "pip install")


def advice(names: Collection[str], folder: Path) -> str:
    """Return the commands, a line each; below them, the other packages that they move."""
    needed = [each for each in map(Requirement, requires("oneloop-vendored") or ()) if each.name in names]
    own, commands = _own_packages(folder), _manager(folder)
    lines: dict[str, list[str]] = {}
    for each in needed:
        command = commands[canonicalize_name(each.name) not in own]
        lines.setdefault(command, []).append(f'"{each.name}{each.specifier}"')
    shown = [f"{command} {' '.join(packages)}" for command, packages in lines.items()]
    moved = dict.fromkeys(text for each in needed for text in _others(each))
    text = "\n    ".join(["", *shown]) + "".join(f"\nIt also moves {each}." for each in moved)
    return text + ("\nWrite the versions into your requirements as well." if commands == PIP else "")


def _manager(folder: Path) -> tuple[str, str]:
    for place in (folder, *folder.parents):
        for file, commands in MANAGERS.items():
            if (place / file).is_file():
                return commands
        if (place / ".git").exists():
            break
    tools = _read(folder).get("tool", {})
    return next((commands for file, commands in MANAGERS.items() if file.partition(".")[0] in tools), PIP)


def _own_packages(folder: Path) -> set[str]:
    """Return what the project itself depends on."""
    settings = _read(folder)
    of_poetry = settings.get("tool", {}).get("poetry", {}).get("dependencies", {})
    listed = [Requirement(each).name for each in settings.get("project", {}).get("dependencies", ())]
    return {canonicalize_name(name) for name in (*listed, *of_poetry)}


def _read(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))


def _others(needed: Requirement) -> Iterator[str]:
    """Yield the installed packages that hold `needed` where it is, or that it holds."""
    lowest = [each.version for each in needed.specifier if each.operator == ">="]
    name = canonicalize_name(needed.name)
    for found in distributions():
        for each in map(Requirement, found.requires or ()):
            if each.marker is not None and not each.marker.evaluate({"extra": ""}):
                continue
            holds = not all(each.specifier.contains(one, prereleases=True) for one in lowest)
            if canonicalize_name(each.name) == name and holds:
                yield f"{found.name} {found.version}, which allows {each}"
            elif canonicalize_name(found.name) == name and _is_held(each):
                yield f"{each.name} {version(each.name)}, since {found.name} {found.version} allows {each}"


def _is_held(requirement: Requirement) -> bool:
    """Return whether the next minor release is not allowed any more."""
    major, minor, *_ = (*Version(version(requirement.name)).release, 0)
    return not requirement.specifier.contains(f"{major}.{minor + 1}", prereleases=True)
