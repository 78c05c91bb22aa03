"""What a project's files say about its app and its tests: Copier's answers, pyproject.toml, pytest's settings."""

import configparser
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANSWER = re.compile(r"^(?P<key>\w+):\s*(?P<quote>['\"]?)(?P<value>.*?)(?P=quote)\s*$")
ANSWERS_FILE = ".copier-answers.yml"
TESTS = "tests"


@dataclass(frozen=True)
class ProjectSettings:
    root: Path
    answers: dict[str, str]
    pyproject: dict[str, Any]
    pytest: dict[str, list[str]]

    @classmethod
    def of(cls, root: Path) -> "ProjectSettings":
        pyproject: dict[str, Any] = {}
        file = root / "pyproject.toml"
        if file.exists():
            try:
                pyproject = tomllib.loads(file.read_text("utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError):
                pyproject = {}  # the project's own tools report it
        return cls(root, _answers(root / ANSWERS_FILE), pyproject, _pytest(root, pyproject))

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
    def test_folders(self) -> list[Path]:
        """The folders of the tests: pytest's `testpaths`, else the tests folder, else the project."""
        listed = [self.root / each for each in self.pytest.get("testpaths", [])]
        folder = self.root / self.answers.get("tests_dir", TESTS)
        return [each for each in listed if each.exists()] or [folder if folder.is_dir() else self.root]

    @property
    def plugin_folder(self) -> Path:
        """The folder in which the project has Oneloop's pytest plugin, if it has adopted it."""
        return self.root / self.answers.get("tests_dir", TESTS) / "harness"


def _answers(file: Path) -> dict[str, str]:
    # Copier writes one answer a line, so the standard library is enough to read it.
    if not file.exists():
        return {}
    lines = map(ANSWER.match, file.read_text("utf-8-sig").splitlines())
    return {found["key"]: found["value"] for found in lines if found and found["value"]}


def _pytest(root: Path, pyproject: dict[str, Any]) -> dict[str, list[str]]:
    # As in pytest, the first of these files wins and nothing is merged.
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
