"""The variables of a git hook name another repository. No git and no Copier gets them.

tests/bootstrap/test_clone.py tries the same for oneloop.py.
"""

import ast
import os
import sys
from pathlib import Path

import pytest

from tests.conftest import pytest_configure
from tests.support.environment import ROOT, git, run
from tests.support.template import TESTS
from tests.updates.copier_program import SOMEBODY
from tests.updates.hostile import STEPS

FOLDERS = ("tools/src", "tests", f"template/{TESTS}/harness/oneloop")
STARTERS = {"run", "call", "check_call", "check_output", "Popen", "getoutput"}


def test_they_are_dropped_wherever_a_program_starts_them() -> None:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]

    assert [each for file in files for each in inheriting(file.read_text("utf-8"))] == []


def test_they_are_dropped_before_copier_runs_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "elsewhere")

    pytest_configure()

    assert "GIT_DIR" not in os.environ


@pytest.mark.parametrize(
    "text",
    [
        'subprocess.run(["git", "status"], check=False)',
        'command = ["uvx", "copier", "update"]\nsubprocess.Popen(command)',
        'def call():\n    return check_output((find("git"), "log"))',
    ],
)
def test_a_call_that_inherits_them_is_found(text: str) -> None:
    assert len(inheriting(text)) == 1
    assert inheriting(f"{text[:-1]}, env={{}})") == []


@pytest.mark.nightly
def test_git_inside_a_hook_is_another_repository(updated: Path, tmp_path: Path) -> None:
    """The variables that git sets for a hook are dropped, so that its index is left alone."""
    index = tmp_path / "index"
    index.write_bytes((updated / ".git/index").read_bytes())
    env = {**SOMEBODY, "GIT_INDEX_FILE": str(index), "GIT_DIR": str(tmp_path / "no.git"), "GIT_PREFIX": "src/"}

    done = run(sys.executable, STEPS, "--yes", "--no-selftest", cwd=updated, env=env)

    assert done.returncode == 0, done.stdout
    assert git(updated, "status", "--porcelain") == ""


def inheriting(text: str) -> list[str]:
    """Return the calls that start git or Copier with the whole environment."""
    tree = ast.parse(text)
    lists = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or any(each.arg in {"env", None} for each in node.keywords):
            continue
        by_module = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "subprocess"
        named = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if named not in (STARTERS if by_module else STARTERS - {"run", "call"}):
            continue
        parts = [lists.get(each.id, each) if isinstance(each, ast.Name) else each for each in node.args]
        words = {each.value for part in parts for each in ast.walk(part) if isinstance(each, ast.Constant)}
        if words & {"git", "copier"} and "--local-env-vars" not in words:
            found.append(ast.unparse(node))
    return found
