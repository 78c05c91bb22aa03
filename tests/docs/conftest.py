"""A service of one's own, for the documents' edits and commands."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.environment import succeed
from tests.support.project import Project

SOMEBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Somebody"), ("EMAIL", "somebody@example.com"))
}


KEPT_FOLDER = """
from pathlib import Path
from tests.harness.postgres import choose_kept_folder
print(choose_kept_folder(Path.cwd()))
"""


@dataclass(frozen=True)
class Shell:
    """A reader's shell in a folder: it stops at the first command that fails."""

    folder: Path
    python: str = "3.11"

    def __call__(self, commands: str) -> str:
        """Run the commands and return what they said."""
        return succeed("sh", "-ec", commands, cwd=self.folder, env={**SOMEBODY, "UV_PYTHON": self.python})


@pytest.fixture
def service(installed: Installed, tmp_path: Path) -> Project:
    """Give a rendered service that may be changed."""
    return installed().copy(tmp_path / "my-service", compiled=False)  # as a reader's is: see 0074


@pytest.fixture
def shell(service: Project) -> Iterator[Shell]:
    """Give a shell in the service; a development database that is kept elsewhere, as root's is, goes at the end."""
    yield Shell(service.root, service.python)
    shutil.rmtree(service.succeed("python", "-c", KEPT_FOLDER).strip(), ignore_errors=True)
