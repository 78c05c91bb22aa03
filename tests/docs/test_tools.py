"""docs/audit.md and docs/convert.md: every command does what its page says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.edits import edit
from tests.docs.markdown import blocks
from tests.support.environment import ROOT, clean_environment, commit_all, succeed, uv
from tests.tools.audit.conftest import TOOLS, Audited, copy_sample

AUDIT, CONVERT = Path("docs/audit.md"), Path("docs/convert.md")
COMMANDS = [block.text.strip() for block in blocks(AUDIT, "sh")]
PLANTED = 'def test_planted(client):\n    assert client.get("/count").status_code == 200\n'
FROM_ADDRESS = "uvx --from 'git+ADDRESS#subdirectory=tools' oneloop-tools audit ."


@pytest.fixture
def suite(request: pytest.FixtureRequest, tmp_path: Path) -> Audited:
    """The shop; for a whole run the brief's suite, which needs no server with SQLite."""
    command = request.getfixturevalue("command")
    whole_run = "--observe" in command or "--baseline" in command
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
    github, gitlab = (yaml.safe_load(block.text) for block in blocks(AUDIT, "yaml"))
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


BRIEF = ROOT / "tests/brief/app"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small project that has adopted the plugin, with the tests of the page, committed."""
    (tmp_path / "tests/harness").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.oneloop]\npackage = "service"\n')
    shutil.copy(BRIEF / "service.py", tmp_path)
    before, _ = blocks(CONVERT, "python")
    change = edit(before)
    assert change is not None
    change.apply(tmp_path)
    commit_all(tmp_path, "Before")
    return tmp_path


def convert_shell(folder: Path, commands: str) -> str:
    tool = f"{sys.executable} -m oneloop_tools"
    commands = commands.replace("oneloop-tools audit .", f"{tool} audit . --python {sys.executable}")
    commands = re.sub(r"oneloop-tools (convert .*)", rf"{tool} \1 --python {sys.executable}", commands)
    return succeed("sh", "-ec", commands, cwd=folder, env={"PYTHONPATH": str(TOOLS)})


def test_each_command_does_what_the_page_says(folder: Path) -> None:
    """In the page's order. The tests are run in the project of the reader, which has the plugin."""
    _, after = blocks(CONVERT, "python")
    _, listed = blocks(CONVERT, "text")
    shown, written, run, kept, audited = (block.text for block in blocks(CONVERT, "sh"))
    file = folder / "tests/test_orders.py"

    assert "+async def test_admin_reads_metrics(async_client, test_users):" in convert_shell(folder, shown)
    assert listed.text in convert_shell(folder, written)
    assert file.read_text() == after.text
    assert "tests/test_orders.py" in run
    commit_all(folder, "After")
    assert "tests/test_orders.py:" in convert_shell(folder, kept)
    assert "0 tests would be converted" in convert_shell(folder, audited)
