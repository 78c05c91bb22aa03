"""What isolation costs a whole suite: the same requests with the harness, with savepoints and with nothing.

    uv run python tests/benchmarks/suite.py [--tables 8 30 200] [--tests 300] [--rounds 5]

The three take turns. A test is a POST that commits a row to three tables and a GET, through the app's middleware.
The time is from the end of the first test to the end of the last, so that start-up is out of it.
"""

import argparse
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.suite_project import run_suite, suite_project
from tests.support.project import Project

WAYS = {"wipe": "the harness", "savepoint": "savepoint, rolled back", "none": "no isolation at all"}


def measure(project: Project, tables: int, tests: int, rounds: int) -> dict[str, float]:
    """Return the median milliseconds of a test under each way."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, times in found.items():
            ended = run_suite(project, isolation=way, tables=tables, tests=tests).ended[-1][0]
            times.append(ended / (tests - 1) * 1000)
    return {way: median(times) for way, times in found.items()}


def main() -> None:
    """Measure each number of tables and print a table, in Markdown."""
    parser = argparse.ArgumentParser(description="Measure what isolation costs a whole suite.")
    parser.add_argument("--tables", type=int, nargs="+", default=[8, 30, 200], metavar="N")
    parser.add_argument("--tests", type=int, default=300, metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    options = parser.parse_args()
    print("| tables | " + " | ".join(f"{label}, ms a test | ratio" for label in WAYS.values()) + " |")
    print("| ---: |" + " ---: | ---: |" * len(WAYS))
    with suite_project() as project:
        for tables in options.tables:
            times = measure(project, tables, options.tests, options.rounds)
            cells = [f"{times[way]:.2f} | {times[way] / times['none']:.2f}" for way in WAYS]
            print(f"| {tables} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
