"""The commands that write a service do what the pages say, in a clone as a reader has it."""

import shutil
from pathlib import Path

import pytest

from tests.docs.conftest import Shell
from tests.docs.markdown import ROOT, blocks

DOCUMENTS = [Path("README.md"), *(path.relative_to(ROOT) for path in sorted((ROOT / "docs").glob("*.md")))]
COMMANDS = {block.text.strip() for document in DOCUMENTS for block in blocks(document, "sh")}
RENDERING = sorted(command for command in COMMANDS if command.startswith("python3 oneloop.py new"))


@pytest.mark.parametrize("command", RENDERING)
def test_new_renders_a_service_and_runs_its_tests(oneloop: Path, tmp_path: Path, command: str) -> None:
    """It ends with passed tests, and says where to read on."""
    clone = shutil.copytree(oneloop, tmp_path / "oneloop")

    output = Shell(clone)(command)

    assert any(" passed in " in line for line in output.splitlines()[-4:])


def test_readme_has_the_two_commands() -> None:
    """The first renders a service; the second runs this repository's tests, and so this one."""
    assert [block.text for block in blocks(Path("README.md"), "sh")] == [
        "python3 oneloop.py new ../my-service\n",
        "python3 oneloop.py test\n",
    ]
