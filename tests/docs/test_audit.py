"""docs/audit.md: every command does what the page says, in a suite as a reader has it."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.markdown import blocks
from tests.support.environment import clean_environment
from tests.tools.audit.audited import Audited
from tests.tools.audit.conftest import copy_sample

PAGE = Path("docs/audit.md")
COMMANDS = [block.text.strip() for block in blocks(PAGE, "sh")]
PLANTED = 'def test_planted(client):\n    assert client.get("/count").status_code == 200\n'


@pytest.fixture
def shop(tmp_path: Path) -> Audited:
    return copy_sample("shop", tmp_path / "shop")


@pytest.fixture
def suite(request: pytest.FixtureRequest, tmp_path: Path) -> Audited:
    """The shop; for a whole run the brief's suite, which needs no server with the driver that hides its fault."""
    command = request.getfixturevalue("command")
    whole_run = command.endswith(("--observe", "--baseline", "--baseline --update"))
    return copy_sample("brief" if whole_run else "shop", tmp_path / "suite")


def shell(project: Audited, command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the page, with this repository's Python for the one that `uv run` would take."""
    python = command.replace("uv run python", sys.executable)
    return subprocess.run(
        ["sh", "-ec", python],
        cwd=project.root,
        env=clean_environment({"DATABASE_URL": "sqlite+aiosqlite:///brief.db"}),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def steps() -> dict[str, str]:
    """Return the documented step of each CI, by its system."""
    github, gitlab = (yaml.safe_load(block.text) for block in blocks(PAGE, "yaml"))
    return {"github": github[0]["run"], "gitlab": gitlab["script"][0]}


@pytest.mark.parametrize("command", COMMANDS)
def test_command_does_its_work(suite: Audited, command: str) -> None:
    """Each on its own."""
    done = shell(suite, command)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout


@pytest.mark.parametrize("system", ["github", "gitlab"])
def test_planted_test_turns_the_step_red(shop: Audited, system: str) -> None:
    """The step as documented: green with the committed numbers, red with one sync database test more."""
    written = next(command for command in COMMANDS if "--ratchet" in command)
    assert shell(shop, written).returncode == 0
    assert shell(shop, steps()[system]).returncode == 0

    shop.write("tests/test_planted.py", PLANTED)
    done = shell(shop, steps()[system])

    assert done.returncode == 1
    assert "tests/test_planted.py::test_planted" in done.stdout
