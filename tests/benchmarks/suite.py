"""What isolation costs a whole suite: the same requests with the harness, with savepoints and with nothing.

    uv run python tests/benchmarks/suite.py [--tables 8 30 200] [--tests 300] [--rounds 5]

The three take turns. A test is a POST that commits a row to three tables and a GET, through the app's middleware.
A run's time is the median of its tests', from the end of one to the end of the next, so that start-up is out of it. The
ratio is the median of the rounds' ratios: a slow minute of the machine is slow for all of a round.
"""

import argparse
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.suite_project import Report, run_suite, suite_project
from tests.support.project import Project

WAYS = {"wipe": "the harness", "savepoint": "savepoint, rolled back", "none": "no isolation at all"}


def milliseconds(report: Report) -> float:
    """Return the median time of a test."""
    ends = [end for end, _ in report.ended]
    return median(later - earlier for earlier, later in pairwise(ends)) * 1000


def measure(project: Project, tables: int, tests: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Return the median milliseconds of a test under each way, and how many times that of no isolation they are."""
    found: list[dict[str, float]] = []
    for _ in range(rounds):
        runs = {way: run_suite(project, isolation=way, tables=tables, tests=tests) for way in WAYS}
        found.append({way: milliseconds(report) for way, report in runs.items()})
    return {
        way: (median(turn[way] for turn in found), median(turn[way] / turn["none"] for turn in found)) for way in WAYS
    }


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
            cells = [f"{spent:.2f} | {ratio:.2f}" for spent, ratio in times.values()]
            print(f"| {tables} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
