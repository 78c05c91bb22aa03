"""The checks of a new service can fail. That they pass: tests/matrix."""

import json
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Installed
from tests.support.environment import run, succeed
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


SCRIPT = Path(__file__).with_name("sentry_probe.py")


def ask(service: Overlay, asked: str) -> dict[str, Any]:
    said = succeed(service.python, SCRIPT, asked, cwd=service.root, env=service.environment)
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def test_an_error_reaches_sentry_without_what_the_request_held(changed: Overlay) -> None:
    """With local variables it would be sent, as a planted bug shows."""
    said = ask(changed, "wanted")
    settings = changed.root / "src/my_service/observability.py"
    text = settings.read_text()
    assert "include_local_variables=False" in text
    settings.write_text(text.replace("include_local_variables=False", "include_local_variables=True"))
    planted = ask(changed, "wanted")

    assert said == {"imported": True, "status": 500, "errors": 1, "names it": True, "leaks": False}
    assert planted == {**said, "leaks": True}


def test_without_a_dsn_it_is_not_imported(changed: Overlay) -> None:
    assert ask(changed, "unwanted") == {
        "imported": False, "status": 500, "errors": 0, "names it": False, "leaks": False,
    }  # fmt: skip
