"""Each benchmark runs from end to end. How fast anything is, no test asserts."""

import sys
from pathlib import Path

import pytest

from tests.benchmarks.designs import DESIGNS
from tests.support.environment import ROOT, run

FOLDER = Path(__file__).parent.relative_to(ROOT)
RATIO = ["ratio"]


def benchmark(script: str, *arguments: str) -> tuple[int, str]:
    done = run(sys.executable, FOLDER / script, *arguments, cwd=ROOT)
    return done.returncode, done.stdout


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            ["against.py", "HEAD", "1"],
            ["oneloop.py new", "the tests of both", "one test by name", "the tests of a folder", *RATIO],
        ),
        (["audit.py", "100", "1"], ["audit of 159 tests", "the whole command", *RATIO]),
        (["convert.py", "40", "1"], ["32 tests converted, 8 left, 4 files changed", *RATIO]),
        (["isolation.py", "--tables", "3", "5", "--rounds", "1"], [design.label for design in DESIGNS]),
        (["long.py", "--tests", "20", "--sizes", "4"], ["| 20 |", "| 4 |", "memory after"]),
        (["migrations.py", "8", "1"], ["the second run", "8 migrations", "1 migration", *RATIO]),
        (["request.py", "1", "0.2"], ["requests a second", "without layers", *RATIO]),
        (["suite.py", "--tables", "3", "--tests", "3", "--rounds", "1"], ["| 3 |"]),
        (["update_time.py", "1"], ["copier update", "poe update, without self-tests", "s of CPU", *RATIO]),
    ],
    ids=lambda value: value[0],
)
def test_prints_what_it_measured(command: list[str], words: list[str]) -> None:
    status, said = benchmark(*command)

    assert status == 0, said
    assert [word for word in words if word not in said] == [], said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--tables", "2"], "give --tables at least as many", id="few-tables"),
        pytest.param(["--rounds", "0"], "give --rounds at least 1", id="no-rounds"),
    ],
)
def test_isolation_refuses_what_it_cannot_measure(arguments: list[str], message: str) -> None:
    """It says which argument to change, and starts no server."""
    status, said = benchmark("isolation.py", *arguments)

    assert status == 2
    assert message in said
