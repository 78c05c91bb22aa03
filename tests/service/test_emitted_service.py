"""The checks of a new service can fail. That they pass: tests/matrix."""

import shlex
import tomllib

import pytest

from tests.conftest import Installed
from tests.support.environment import run
from tests.support.overlay import Overlay


@pytest.mark.parametrize(
    ("tool", "text", "complaint"),
    [
        ("ruff check", "import os\n", "F401"),
        ("ruff format --check", '"""Planted."""\n\nNUMBERS = [1,2]\n', "would be reformatted"),
        ("deptry src", "import httpx2\n", "'httpx2' imported but it is a transitive dependency"),
        ("deptry src", "from dotenv import load_dotenv\n", "'dotenv' imported but it is a transitive dependency"),
        ("deptry src", "import mypy\n", "'mypy' imported but declared as a dev dependency"),
        pytest.param("mypy", 'N: int = "one"\n', "Incompatible types in assignment", marks=pytest.mark.nightly),
    ],
    ids=["lint", "format", "transitive", "no dependency", "dev group", "types"],
)
def test_a_tool_of_poe_check_names_a_planted_bug(changed: Overlay, tool: str, text: str, complaint: str) -> None:
    (changed.root / "src/my_service/planted.py").write_text(text)
    settings = tomllib.loads((changed.root / "pyproject.toml").read_text("utf-8"))
    commands = [each["cmd"] for each in settings["tool"]["poe"]["tasks"]["check"]["sequence"]]

    done = run(changed.python, "-m", *shlex.split(tool), cwd=changed.root)

    assert tool in commands
    assert done.returncode != 0
    assert complaint in done.stdout


def test_the_lock_file_is_the_users(installed: Installed) -> None:
    """None is rendered, and uv's own is not ignored: a service commits it."""
    project = installed()

    assert (project.root / "uv.lock").exists()
    assert "uv.lock" not in (project.root / ".gitignore").read_text()
