"""The project: what Copier's answers, pyproject.toml and pytest's settings say about its app and its tests."""

import configparser
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .marked_urls import marked_urls

ANSWER = re.compile(r"^(?P<key>\w+):\s*(?P<quote>['\"]?)(?P<value>.*?)(?P=quote)\s*$")
ANSWERS_FILE = ".copier-answers.yml"
OWN_ANSWERS_FILE = ".copier-answers.oneloop.yml"
TESTS = "tests"


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
