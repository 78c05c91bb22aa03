"""A service that a test may change, and a shell in it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.environment import succeed
from tests.support.project import Project

GIT_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Reader"), ("EMAIL", "reader@example.com"))
}


PERSISTENT_FOLDER = """
from pathlib import Path
from oneloop.postgres import choose_persistent_folder
print(choose_persistent_folder(Path.cwd()))
"""


@dataclass(frozen=True)
class Shell:
    """A reader's shell in a folder; it stops at the first command that fails."""

    folder: Path
    python: str = "3.11"

    def __call__(self, commands: str) -> str:
        """Run the commands and return their output."""
        return succeed("sh", "-ec", commands, cwd=self.folder, env={**GIT_IDENTITY, "UV_PYTHON": self.python})


@pytest.fixture
def service(installed: Installed, tmp_path: Path) -> Project:
    return installed().copy(tmp_path / "my-service", compiled=False)


@pytest.fixture
def shell(service: Project) -> Iterator[Shell]:
    """A shell in the service; its development database is deleted at the end, also when it is elsewhere."""
    yield Shell(service.root, service.python)
    shutil.rmtree(service.succeed("python", "-c", PERSISTENT_FOLDER).strip(), ignore_errors=True)
