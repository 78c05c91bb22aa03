"""How long the audit takes for a suite of 2,000 tests.

    uv run python tests/benchmarks/audit.py [TESTS] [ROUNDS]

The suite is the sample shop's, its files of tests copied until there are enough: clients from fixtures, helpers,
parameters, loops, classes. The whole command is timed, imports and the app's included. The goal is 10 s.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.audit.audited import Audited
from tests.audit.conftest import copy_sample

TESTS = 2_000
ROUNDS = 5


def grow(suite: Audited, tests: int) -> int:
    """Copy the files of tests until there are `tests`; return how many there are."""
    found = len(suite.document()["tests"])
    files = sorted((suite.root / "tests").glob("test_*.py"))
    of_a_copy = found - 2  # two tests are in a folder below, which is not copied
    for number in range(-(-(tests - found) // of_a_copy)):
        for file in files:
            (file.parent / f"{file.stem}_{number}.py").write_bytes(file.read_bytes())
    return len(suite.document()["tests"])


def main() -> None:
    """Measure in turn, print the median."""
    given = [int(each) for each in sys.argv[1:]]
    tests, rounds = [*given, *(TESTS, ROUNDS)[len(given) :]]
    seconds = []
    with tempfile.TemporaryDirectory() as scratch:
        suite = copy_sample("shop", Path(scratch) / "shop")
        count = grow(suite, tests)
        for _ in range(rounds):
            started = perf_counter()
            done = suite.audit()
            seconds.append(perf_counter() - started)
            assert done.returncode == 0, done.stderr
    print(f"audit of {count} tests, median of {rounds}")
    print(f"  the whole command {median(seconds):.2f} s")


if __name__ == "__main__":
    main()
