"""What the room imports, and its types."""

import sys
from pathlib import Path

import pytest

from tests.postgres.program import HARNESS
from tests.support.environment import run


@pytest.mark.parametrize(
    ("folder", "module"),
    [
        pytest.param(HARNESS, "postgres", id="room"),
        pytest.param(HARNESS / "postgres", "watchdog.watchdog_main", id="watchdog"),
    ],
)
def test_room_imports_only_the_standard_library_and_itself(folder: Path, module: str) -> None:
    """Without site-packages and without the rest of the plugin it can be imported; so can its watchdog alone."""
    program = f"import sys; sys.path.insert(0, sys.argv[1]); import {module}"
    done = run(sys.executable, "-I", "-S", "-B", "-c", program, folder, cwd=HARNESS)

    assert done.returncode == 0, done.stdout


def test_room_is_typed_for_windows(tmp_path: Path) -> None:
    """A name that Windows does not have is found without Windows."""
    command = [sys.executable, "-m", "mypy", "--strict", "--platform", "win32", "--cache-dir", str(tmp_path)]
    done = run(*command, "--package", "postgres", cwd=HARNESS)

    assert done.returncode == 0, done.stdout
