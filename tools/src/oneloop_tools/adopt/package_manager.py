"""The project's package manager, and how the plugin is added to the project with it. Never a second lock file."""

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oneloop_tools.project import read_toml

from .edits import Drafts
from .finding import Finding
from .packages import requirement_files

TESTING = ("pytest", "httpx")  # the names of what is in a group of its own begin so
NEEDED_MINOR = 11  # of Python 3, by the plugin's own pyproject.toml
GROUPS = {"uv": ["--dev"], "Poetry": ["--group", "dev"], "PDM": ["--dev"], "Pipenv": ["--dev"]}
OLDEST, MARKER = f">=3.{NEEDED_MINOR}", f'python_version >= "3.{NEEDED_MINOR}"'
INSTALLING = {"uv": "uv sync", "Poetry": "poetry install", "PDM": "pdm install", "Pipenv": "pipenv install --dev"}
DEVELOPMENT = ("dev", "test", "ci", "local")


@dataclass(frozen=True)
class PackageManager:
    """`command` adds the plugin, or installs what a requirements file says by then. `lists` is that file."""

    name: str
    where: str
    command: tuple[str, ...]
    lists: Path | None = None

    @property
    def finding(self) -> Finding:
        return Finding(self.name, self.where)

    @property
    def shown(self) -> str:
        return shlex.join(self.command)

    def draft(self, drafts: Drafts, folder: str) -> None:
        """Add the line to the requirements file, where there is one."""
        if self.lists is None:
            return
        text = drafts.read(self.lists)
        end = "\r\n" if "\r\n" in text else "\n"
        line = f"-e ./{folder}"
        if line not in text.splitlines():
            drafts.change(self.lists, f"{text}{'' if not text or text.endswith(chr(10)) else end}{line}{end}")

    @property
    def installing(self) -> str:
        """Return the command that installs the project's dependencies."""
        if self.name in INSTALLING:
            return INSTALLING[self.name]
        files = f" -r {self.where}" if self.lists is not None else " --editable ."
        return f"python -m venv .venv && .venv/bin/python -m pip install{files}"

    def raising(self, wanted: list[str]) -> list[str]:
        """Return the commands that raise some packages: those of the tests are in a group of their own."""
        if self.lists is not None:
            return [f"write {', '.join(wanted)} into {self.where}, then: {self.shown}"]
        if self.name not in GROUPS:  # pip
            return [shlex.join([*self.command[: self.command.index("--editable")], *wanted])]
        tests = [each for each in wanted if each.startswith(TESTING)]
        others = [each for each in wanted if each not in tests]
        commands = ([*others], [*GROUPS[self.name], *tests])
        given = (each for each, names in zip(commands, (others, tests), strict=True) if names)
        return [shlex.join([*self.command[:2], *each]) for each in given]

    def preview(self, wanted: list[str]) -> list[str]:
        """Return the lines that say how to see what else that command moves."""
        if self.name not in ("uv", "Poetry", "PDM"):
            return []
        names = [re.split(r"[>=]", each)[0] for each in wanted]
        uv = ["uv", "lock", "--dry-run", *(word for name in names for word in ("--upgrade-package", name))]
        command = uv if self.name == "uv" else [*self.command[:2], "--dry-run", *wanted]
        return ["This shows what else it moves:", f"    {shlex.join(command)}"]

    def install(self, root: Path) -> str | None:
        """Run the command. Return None, or the reason why the plugin is not installed."""
        if shutil.which(self.command[0]) is None:
            return f"{self.command[0]} is not on PATH."
        kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        done = subprocess.run(
            self.command, cwd=root, env=kept, capture_output=True, text=True, errors="replace", check=False
        )
        return (done.stderr.strip() or done.stdout.strip()) if done.returncode else None


def find_package_manager(root: Path, top: Path, folder: str, python: Path) -> PackageManager:
    """Return the manager whose lock file or table there is; `folder` has the plugin, `python` is the interpreter."""
    tool, has_groups, python_too = _tables(root)
    place = f"./{folder}"
    uv = ("uv", "add", "--dev", "--no-workspace", *(("--marker", MARKER) if python_too else ()), "--editable", place)
    poetry = ("poetry", "add", "--group", "dev", *(("--python", OLDEST) if python_too else ()), "--editable", place)
    by_lock = (
        ("uv", "uv.lock", "uv", uv),
        ("Poetry", "poetry.lock", "poetry", poetry),
        ("PDM", "pdm.lock", "pdm", ("pdm", "add", "--dev", "--editable", place)),
        ("Pipenv", "Pipfile", "pipenv", ("pipenv", "install", "--dev", "--editable", place)),
    )
    for name, lock, _, command in by_lock:
        if where := _lock(root, top, lock):
            return PackageManager(name, where, command)
    for name, _, table, command in by_lock:
        if table in tool:
            return PackageManager(name, f"pyproject.toml: [tool.{table}]", command)
    files = requirement_files(root, Path(folder).parent.as_posix())
    if has_groups and not files:
        return PackageManager("uv", "pyproject.toml: [dependency-groups]", by_lock[0][3])
    return _of_requirements(root, files, (*_pip_install(python), "--editable", place))


def _of_requirements(root: Path, files: list[Path], install: tuple[str, ...]) -> PackageManager:
    sources = [each for each in files if each.suffix == ".in"]
    if not files:
        return PackageManager("pip", "no lock file", install)
    chosen = _of_development(sources or files)
    shown = chosen.relative_to(root).as_posix()
    if sources:
        return PackageManager("pip-tools", shown, ("pip-compile", shown), chosen)
    return PackageManager("requirements", shown, install, chosen)


def _pip_install(python: Path) -> tuple[str, ...]:
    """Return pip's command, or uv's where the environment has no pip."""
    has_pip = any(python.parent.parent.glob("[Ll]ib/**/site-packages/pip/__init__.py"))
    if has_pip or not shutil.which("uv"):
        return (str(python), "-m", "pip", "install")
    return ("uv", "pip", "install", "--python", str(python))


def _tables(root: Path) -> tuple[dict[str, Any], bool, bool]:
    """Return the tables below `tool`, whether there are groups, and whether an older Python is allowed as well."""
    pyproject = read_toml(root / "pyproject.toml")
    tool = pyproject.get("tool", {})
    poetry = tool.get("poetry", {}).get("dependencies", {}).get("python", "")
    lowest = re.search(r"[\^~>]=?\s*3\.(\d+)", f"{pyproject.get('project', {}).get('requires-python', '')} {poetry}")
    return tool, "dependency-groups" in pyproject, lowest is not None and int(lowest[1]) < NEEDED_MINOR


def _lock(root: Path, top: Path, name: str) -> str:
    for folder in (root, *root.parents):
        if (folder / name).is_file():
            return os.path.relpath(folder / name, root)
        if folder == top:
            break
    return ""


def _of_development(files: list[Path]) -> Path:
    """Return the file for development or tests, or else the first one."""
    return next((file for word in DEVELOPMENT for file in files if word in file.stem.lower()), files[0])
