"""The runner is typed for the systems that it was not tried on."""

import sys
from pathlib import Path

import pytest

from tests.postgres.python import HARNESS
from tests.support.environment import run


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_runner_is_typed_for_every_system(platform: str, tmp_path: Path) -> None:
    """A name that another system does not have is found without that system."""
    command = [sys.executable, "-m", "mypy", "--strict", "--platform", platform, "--cache-dir", str(tmp_path)]
    done = run(*command, "--package", "postgres", cwd=HARNESS)

    assert done.returncode == 0, done.stdout
