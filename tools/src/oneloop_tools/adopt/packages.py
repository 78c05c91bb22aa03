"""The packages that a project declares: in pyproject.toml, in requirements files, in a Pipfile, in a lock file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oneloop_tools.project import read_toml

from .edits import encoding_of

REQUIREMENT = re.compile(r"^\s*(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*\])?\s*\(?\s*(?P<version>[^;#)]*)")
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")
FILES = (
    "requirements*.txt",
    "requirements*.in",
    "*requirements.txt",
    "*requirements.in",
    "requirements/*.txt",
    "requirements/*.in",
)


@dataclass(frozen=True)
class Package:
    name: str
    version: str  # as it is written, such as `^1.10` or `==2.0.1`
    where: str


@dataclass
class Packages:
    declared: dict[str, Package] = field(default_factory=dict)
    locked: dict[str, str] = field(default_factory=dict)

    def first(self, *names: str) -> Package | None:
        return next((self.declared[name] for name in names if name in self.declared), None)

    def version(self, name: str) -> str:
        """Return the version of a package: locked, or pinned by `==`, or an empty string."""
        declared = self.declared.get(name)
        pinned = declared.version.removeprefix("==") if declared and declared.version.startswith("==") else ""
        return self.locked.get(name, pinned)


def find_packages(root: Path, top: Path, tests: str) -> Packages:
    """Read the files in the project's folder, and the lock file there or above it in the repository."""
    packages = Packages()
    for package in _declared(root, tests):
        packages.declared.setdefault(package.name, package)
    for folder in (root, *root.parents):
        if not packages.locked:
            packages.locked = _locked(folder)
        if folder == top:
            break
    return packages


def requirement_files(root: Path, tests: str) -> list[Path]:
    """Return those in the project's folder, or else the nearest ones on the way to a folder of the tests."""
    parts = Path(tests).parts[:-1]
    folders = (root.joinpath(*parts[:depth]) for depth in range(len(parts) + 1))
    found = ([file for pattern in FILES for file in sorted(folder.glob(pattern))] for folder in folders)
    return list(dict.fromkeys(next(filter(None, found), [])))


def _declared(root: Path, tests: str) -> Iterator[Package]:
    text = _read(root / "pyproject.toml")
    pyproject = read_toml(root / "pyproject.toml")
    for name, version in _of_pyproject(pyproject):
        yield Package(_normal(name), version, f"pyproject.toml:{_line(text, name)}")
    pipfile = read_toml(root / "Pipfile")
    for table in ("packages", "dev-packages"):
        for name, version in pipfile.get(table, {}).items():
            yield Package(_normal(name), _version(version), "Pipfile")
    for file in requirement_files(root, tests):
        for number, line in enumerate(_read(file).splitlines(), 1):
            found = REQUIREMENT.match(line)
            if found:
                yield Package(
                    _normal(found["name"]), found["version"].strip(), f"{file.relative_to(root).as_posix()}:{number}"
                )


def _of_pyproject(pyproject: dict[str, Any]) -> Iterator[tuple[str, str]]:
    project, tool = pyproject.get("project", {}), pyproject.get("tool", {})
    lists: list[Iterable[Any]] = [project.get("dependencies", [])]
    lists += project.get("optional-dependencies", {}).values()
    lists += pyproject.get("dependency-groups", {}).values()
    lists += [tool.get("uv", {}).get("dev-dependencies", [])]
    lists += tool.get("pdm", {}).get("dev-dependencies", {}).values()
    environments = tool.get("hatch", {}).get("envs", {}).values()
    lists += [each.get(key, []) for each in environments for key in ("dependencies", "extra-dependencies")]
    for each in (each for entries in lists for each in entries if isinstance(each, str)):
        found = REQUIREMENT.match(each)
        if found:
            yield found["name"], found["version"].strip()
    poetry = tool.get("poetry", {})
    tables = [poetry.get("dependencies", {}), poetry.get("dev-dependencies", {})]
    tables += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
    for table in tables:
        yield from ((name, _version(version)) for name, version in table.items())


def _version(value: Any) -> str:
    return str(value.get("version", "")) if isinstance(value, dict) else str(value)


def _locked(folder: Path) -> dict[str, str]:
    for name in LOCKS:
        packages = read_toml(folder / name).get("package", [])
        if packages:
            return {_normal(each["name"]): str(each.get("version", "")) for each in packages if "name" in each}
    return {}


def _read(file: Path) -> str:
    return file.read_text(encoding_of(file)).removeprefix("\ufeff") if file.is_file() else ""


def _line(text: str, name: str) -> int:
    lines = text.lower().splitlines()
    return next((n for n, line in enumerate(lines, 1) if name.lower() in line and not line.strip().startswith("#")), 1)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
