"""What the project says of itself: its app, its tests, its environment; read, never asked."""

import ast
import configparser
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .sources import Sources

ANSWER = re.compile(r"^(?P<key>\w+):\s*(?P<quote>['\"]?)(?P<value>.*?)(?P=quote)\s*$")
ANSWERS_FILE = ".copier-answers.yml"


@dataclass(frozen=True)
class Settings:
    """Answers of Copier's, pyproject.toml, and pytest's own settings, whichever file has them."""

    answers: dict[str, str]
    pyproject: dict[str, Any]
    pytest: dict[str, list[str]]

    @classmethod
    def of(cls, root: Path) -> "Settings":
        """Read what stands in the project's root."""
        pyproject: dict[str, Any] = {}
        file = root / "pyproject.toml"
        if file.exists():
            try:
                pyproject = tomllib.loads(file.read_text("utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError):
                pyproject = {}  # uv has refused it already, or is not used here
        return cls(_answers(root / ANSWERS_FILE), pyproject, _pytest(root, pyproject))

    @property
    def app(self) -> str | None:
        """Return what names the app, as `module:name`; of FastAPI's own command line too."""
        tool = self.pyproject.get("tool", {})
        entry = tool.get("fastapi", {}).get("entrypoint")
        return self.answers.get("app") or (entry if isinstance(entry, str) else None)

    @property
    def session_dependency(self) -> str | None:
        """Return what names the dependency that gives a session."""
        return self.answers.get("session_dependency")


def _answers(file: Path) -> dict[str, str]:
    # Not YAML in general: Copier writes one answer a line, and nothing has to be installed for it.
    if not file.exists():
        return {}
    lines = map(ANSWER.match, file.read_text("utf-8-sig").splitlines())
    return {found["key"]: found["value"] for found in lines if found and found["value"]}


def _pytest(root: Path, pyproject: dict[str, Any]) -> dict[str, list[str]]:
    # The first of these that is there wins, as in pytest; nothing is merged.
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


def environment_of(sources: Sources, conftests: Iterable[Path]) -> dict[str, str]:
    """Return what the tests put into `os.environ` by a literal, before they import the app."""
    found: dict[str, str] = {}
    for path in conftests:
        source = sources.read(path)
        for node in source.tree.body if source else ():
            found |= _set_by(node)
    return found


def _set_by(node: ast.stmt) -> dict[str, str]:
    match node:
        case ast.Assign(
            targets=[ast.Subscript(value=where, slice=ast.Constant(value=str(name)))],
            value=ast.Constant(value=str(value)),
        ) if ast.unparse(where) in ("os.environ", "environ"):
            return {name: value}
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=where, attr="setdefault"),
                args=[ast.Constant(value=str(name)), ast.Constant(value=str(value))],
            )
        ) if ast.unparse(where) in ("os.environ", "environ"):
            return {name: value}
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=where, attr="update"),
                args=[ast.Dict(keys=keys, values=values)],
            )
        ) if ast.unparse(where) in ("os.environ", "environ"):
            pairs = zip(keys, values, strict=True)
            return {
                k.value: v.value
                for k, v in pairs
                if isinstance(k, ast.Constant) and isinstance(v, ast.Constant)
                if isinstance(k.value, str) and isinstance(v.value, str)
            }
    return {}
