"""docs/convert.md: what it says comes of its tests does, by its own commands."""

import shutil
from pathlib import Path

from tests.docs.conftest import Shell
from tests.docs.edits import edit
from tests.docs.markdown import ROOT, blocks
from tests.support.environment import commit_all

PAGE = Path("docs/convert.md")


def test_each_command_does_what_the_page_says(shell: Shell) -> None:
    """In the page's order, in a project that has the converter, as a suite that is adopted has."""
    for name in ("audit", "convert"):
        shutil.copytree(ROOT / "template/{{tests_dir}}/harness" / name, shell.folder / "tests/harness" / name)
    before, after = blocks(PAGE, "python")
    (listed,) = blocks(PAGE, "text")
    # The last is for a suite that was adopted: tests/adopt/test_pages.py runs it.
    shown, written, run, kept, _ = (block.text for block in blocks(PAGE, "sh"))
    change = edit(before)
    assert change is not None
    change.apply(shell.folder)
    commit_all(shell.folder, "Before")
    file = shell.folder / change.path

    assert "+async def test_admin_reads_metrics(async_client, test_users):" in shell(shown)
    assert listed.text in shell(written)
    assert file.read_text() == after.text
    assert "2 passed" in shell(run)
    assert f"{change.path}:" in shell(kept)
