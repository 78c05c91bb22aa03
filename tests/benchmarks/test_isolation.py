"""The benchmarks run from end to end; how fast anything is, no test says."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.designs import DESIGNS

FOLDER = Path(__file__).parent


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the benchmarks as a person does."""
    command = [sys.executable, str(FOLDER / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_isolation_prints_a_row_for_each_design() -> None:
    """Two schemas, one round: a median and a ratio to the harness for each, in every row."""
    done = run("isolation.py", "--tables", "3", "5", "--rounds", "1")

    assert done.returncode == 0, done.stderr
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in done.stdout.splitlines()
        if line.startswith("|")
    ]
    heads, _, *rows = cells
    assert heads == ["a test's isolation", "3 tables, ms", "ratio", "5 tables, ms", "ratio"]
    assert [row[0] for row in rows] == [design.label for design in DESIGNS]
    assert all(float(number) >= 0 for row in rows for number in row[1:])
    assert rows[0][2] == rows[0][4] == "1.00"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--tables", "2"], "give --tables at least as many", id="few-tables"),
        pytest.param(["--rounds", "0"], "give --rounds at least 1", id="no-rounds"),
    ],
)
def test_isolation_refuses_what_it_cannot_measure(arguments: list[str], message: str) -> None:
    """It says which argument to change, and starts no server."""
    done = run("isolation.py", *arguments)

    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_start_up_prints_a_median() -> None:
    """The time to start and the time to stop, each on a line."""
    done = run("start_up.py", "--times", "1")

    assert done.returncode == 0, done.stderr
    head, start, stop = done.stdout.splitlines()
    assert head.endswith("1 times, medians")
    assert start.startswith("start: ")
    assert stop.startswith("stop: ")
