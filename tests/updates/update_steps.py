"""The steps of an update, from the template's own code, and their text in CHANGELOG.md."""

import ast
import re
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.support.environment import ROOT, git
from tests.support.template import TESTS

PLUGIN = ROOT / "template" / TESTS / "harness/oneloop"
INTRODUCTION = "`uv run oneloop update` makes these changes in your own files, each as a commit of its own:\n"


def load(name: str) -> Any:
    """Import a module of `oneloop.commands.update` without the packages of a service."""
    if str(PLUGIN) not in sys.path:
        sys.path.append(str(PLUGIN))
    return import_module(f"commands.update.{name}")


def all_steps() -> tuple[Any, ...]:
    """Return each step, in its order."""
    return tuple(load("steps.step_list").STEPS)


def apply(title: str, folder: Path, answers: str = "") -> Any:
    """Try a step on a folder, write what it changes there, and return the files as the step saw them."""
    track(folder)
    (step,) = (each for each in all_steps() if each.title == title)
    files = step.try_on(load("steps.step").ServiceFiles(folder, answers))
    with load("steps.write_files").written(files):
        return files


def track(folder: Path) -> None:
    """Let git track every file: a step reads no other."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")


def text_of(release: str) -> str:
    """Return what CHANGELOG.md has to say about the steps of a release."""
    steps = [step for step in all_steps() if step.release == release]
    lines = [_wrapped(f"- {step.title}. {step.why}") for step in steps]
    return "\n".join([INTRODUCTION, *lines]) + "\n" if steps else ""


# The user's own files on which the plugin, the commands or the security of a service depend.
CONTRACT = re.compile(
    r"(?:src|migrations)/.*\.py|pyproject\.toml|pytest\.ini|alembic\.ini|Dockerfile|compose\.yaml|\.dockerignore"
    r"|\.gitignore|\.env\.example|\.github/.*|\.gitlab-ci\.yml|tests/(?:conftest|access)\.py"
)


def unannounced(old: Mapping[str, bytes], new: Mapping[str, bytes], text: str) -> list[str]:
    """Return the files of the user's that a release has changed and a text does not name. A folder is no name."""
    words = set(re.findall(r"[\w./-]*\w", text))
    named = tuple(f"/{word}" for word in words if "." in word or word == "Dockerfile")
    changed = [path for path in {*old, *new} if CONTRACT.fullmatch(path) and _code(path, old) != _code(path, new)]
    return sorted(path for path in changed if not f"/{path}".endswith(named))


def _code(path: str, files: Mapping[str, bytes]) -> str:
    """Return a file without comments and docstrings; empty if there is none."""
    text = files.get(path, b"").decode("utf-8")
    if not path.endswith(".py"):
        return "\n".join(filter(None, re.sub(r"[ \t]*#.*", "", text).splitlines()))
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(
            node
        ):
            del node.body[0]
    return ast.unparse(tree)


def _wrapped(text: str, width: int = 120) -> str:
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) + 1 > width:
            lines.append(" ")
        lines[-1] += f"{' ' if lines[-1] else ''}{word}"
    return "\n".join(lines)
