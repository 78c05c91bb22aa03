"""The real thing: uv, pip and Copier, and nothing in their place. A whole service: tests/docs/test_commands.py."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.bootstrap.conftest import folders_without_uv
from tests.support.environment import run

TOOLS = """
[project]
name = "oneloop-tools"
version = "0"
scripts = { oneloop-tools = "oneloop_tools:main" }

[build-system]
requires = ["uv_build>=0.9,<1"]
build-backend = "uv_build"
"""
MAIN = """
import os
import sys

def main():
    print("{version}", *sys.argv[1:], os.getcwd())
"""


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("package_name=email", "email is taken by"), ("ci=jenkins", "'jenkins' is not in ['github', 'gitlab', 'none']")],
)
def test_a_refused_answer_is_one_sentence(oneloop: Path, tmp_path: Path, answer: str, expected: str) -> None:
    done = run(sys.executable, oneloop / "oneloop.py", "new", "service", "--data", answer, cwd=tmp_path)

    first, reason = done.stdout.splitlines()
    assert done.returncode == 1
    assert first == f"oneloop: Copier could not write {tmp_path / 'service'}:"
    assert expected in reason
    assert list(tmp_path.iterdir()) == []


def test_audit_runs_the_tools_as_they_are_now(oneloop: Path, tmp_path: Path) -> None:
    """After a `git pull` too, and whatever uv's settings are in the folder of the user."""
    clone, user, package = tmp_path / "clone", tmp_path / "user", tmp_path / "clone/tools/src/oneloop_tools"
    user.mkdir()
    package.mkdir(parents=True)
    (user / "pyproject.toml").write_text('[tool.uv]\nrequired-version = ">=99"\n')
    (clone / "tools/pyproject.toml").write_text(TOOLS)
    shutil.copy(oneloop / "oneloop.py", clone)
    said = []

    for version in ("one", "another"):
        (package / "__init__.py").write_text(MAIN.format(version=version))
        said.append(run(sys.executable, clone / "oneloop.py", "audit", "../repo", "--json", cwd=user).stdout)

    assert said == [f"one audit ../repo --json {user}\n", f"another audit ../repo --json {user}\n"]


def test_uv_is_installed_by_a_python_that_has_no_pip(oneloop: Path, tmp_path: Path) -> None:
    """As on Debian with python3-venv and without python3-pip. With `-S` Python finds no pip."""
    clone = Path(shutil.copytree(oneloop, tmp_path / "clone"))
    hidden = {"PATH": os.pathsep.join(folders_without_uv())}

    done = run(sys.executable, "-S", "oneloop.py", "test", "--version", cwd=clone, env=hidden)

    assert done.returncode == 0, done.stdout
    assert "pytest 9" in done.stdout
    assert [path.name for path in (clone / ".uv").iterdir()] == ["uv"]
