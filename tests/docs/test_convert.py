"""docs/convert.md: its commands do what the page says with its tests."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.docs.edits import edit
from tests.docs.markdown import ROOT, blocks
from tests.support.environment import commit_all, succeed
from tests.tools.audit.audited import TOOLS

PAGE = Path("docs/convert.md")
BRIEF = ROOT / "tests/brief/app"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small project with the tests of the page, committed."""
    (tmp_path / "tests").mkdir()
    shutil.copy(BRIEF / "service.py", tmp_path)
    before, _ = blocks(PAGE, "python")
    change = edit(before)
    assert change is not None
    change.apply(tmp_path)
    commit_all(tmp_path, "Before")
    return tmp_path


def shell(folder: Path, commands: str) -> str:
    tool = f"{sys.executable} -m oneloop_tools"
    commands = commands.replace("oneloop-tools audit .", f"{tool} audit . --python {sys.executable}")
    commands = commands.replace("oneloop-tools convert", f"{tool} convert")
    return succeed("sh", "-ec", commands, cwd=folder, env={"PYTHONPATH": str(TOOLS)})


def test_each_command_does_what_the_page_says(folder: Path) -> None:
    """In the page's order. The tests are run in the project of the reader, which has the plugin."""
    _, after = blocks(PAGE, "python")
    _, listed = blocks(PAGE, "text")
    shown, written, run, kept, audited = (block.text for block in blocks(PAGE, "sh"))
    file = folder / "tests/test_orders.py"

    assert "+async def test_admin_reads_metrics(async_client, test_users):" in shell(folder, shown)
    assert listed.text in shell(folder, written)
    assert file.read_text() == after.text
    assert "tests/test_orders.py" in run
    commit_all(folder, "After")
    assert "tests/test_orders.py:" in shell(folder, kept)
    assert "0 tests converted" in shell(folder, audited)
