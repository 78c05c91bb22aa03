"""docs/audit.md: every command does what the page says."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.markdown import blocks
from tests.support.environment import ROOT, clean_environment, uv
from tests.tools.audit.audited import TOOLS, Audited
from tests.tools.audit.conftest import copy_sample

PAGE = Path("docs/audit.md")
COMMANDS = [block.text.strip() for block in blocks(PAGE, "sh")]
PLANTED = 'def test_planted(client):\n    assert client.get("/count").status_code == 200\n'
FROM_ADDRESS = "uvx --from 'git+ADDRESS#subdirectory=tools' oneloop-tools audit ."


@pytest.fixture
def suite(request: pytest.FixtureRequest, tmp_path: Path) -> Audited:
    """The shop; for a whole run the brief's suite, which needs no server with SQLite."""
    command = request.getfixturevalue("command")
    whole_run = command.endswith(("--observe", "--baseline", "--baseline --update"))
    return copy_sample("brief" if whole_run else "shop", tmp_path / "suite")


def shell(project: Audited, command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the page on this repository's interpreter, in which the suite's dependencies are installed."""
    run = f"{sys.executable} -m oneloop_tools audit . --python {sys.executable}"
    return subprocess.run(
        ["sh", "-ec", command.replace("oneloop-tools audit .", run)],
        cwd=project.root,
        env=clean_environment({"DATABASE_URL": "sqlite+aiosqlite:///brief.db", "PYTHONPATH": str(TOOLS)}),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def steps() -> dict[str, str]:
    """Return the documented step of each CI by its system."""
    github, gitlab = (yaml.safe_load(block.text) for block in blocks(PAGE, "yaml"))
    return {"github": github[0]["run"], "gitlab": gitlab["script"][0]}


@pytest.mark.parametrize("command", COMMANDS)
def test_command_does_its_work(suite: Audited, command: str) -> None:
    """Each one alone."""
    done = shell(suite, command)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout


def test_steps_of_all_ci_systems_are_the_same_command() -> None:
    assert set(steps().values()) == {f"{FROM_ADDRESS} --ratchet tests/audit_ratchet.json"}


def test_planted_test_fails_the_step(tmp_path: Path) -> None:
    """It passes with the committed list, and fails with one more sync test of the database."""
    shop = copy_sample("shop", tmp_path / "shop")
    tool = f"{uv()} tool run --quiet --from {ROOT / 'tools'} oneloop-tools audit . --python {sys.executable}"
    step = steps()["github"].replace(FROM_ADDRESS, tool)
    written = next(command for command in COMMANDS if "--ratchet" in command)
    assert shell(shop, written).returncode == 0
    assert shell(shop, step).returncode == 0

    shop.write("tests/test_planted.py", PLANTED)
    done = shell(shop, step)

    assert done.returncode == 1
    assert "tests/test_planted.py::test_planted" in done.stdout
