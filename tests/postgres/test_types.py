"""The room is typed for a system that it was not tried on."""

import sys
from pathlib import Path

from tests.postgres.python import HARNESS
from tests.support.environment import run


def test_room_is_typed_for_windows(tmp_path: Path) -> None:
    """A name that Windows does not have is found without Windows."""
    command = [sys.executable, "-m", "mypy", "--strict", "--platform", "win32", "--cache-dir", str(tmp_path)]
    done = run(*command, "--package", "postgres", cwd=HARNESS)

    assert done.returncode == 0, done.stdout
