"""The benchmarks of whole suites run from end to end; how fast anything is, no test says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environment import uv

FOLDER = Path(__file__).parent


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        pytest.param(["suite.py", "--tables", "3", "--tests", "3", "--rounds", "1"], ["| 3 |"], id="suite"),
        pytest.param(["long.py", "--tests", "20", "--sizes", "4"], ["| 20 |", "| 4 |", "memory after"], id="long"),
        pytest.param(["audit.py", "100", "1"], ["audit of 146 tests", "the whole command", "ratio"], id="audit"),
        pytest.param(["first_test.py", "1"], ["to the first test", "an empty test"], id="first test"),
    ],
)
def test_prints_what_it_measured(command: list[str], rows: list[str]) -> None:
    script, *arguments = command
    done = subprocess.run(
        [sys.executable, str(FOLDER / script), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "UV": uv()},
    )

    assert done.returncode == 0, done.stderr
    assert [row for row in rows if row not in done.stdout] == []
