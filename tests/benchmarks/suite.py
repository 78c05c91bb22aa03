"""What isolation costs a whole suite: the same requests with the plugin, with savepoints and with nothing.

    uv run python tests/benchmarks/suite.py [--tables 8 30 200] [--tests 300] [--rounds 5]

The three take turns. A test is a POST that commits a row to three tables and a GET, through the app's middleware.
A run's time is the median of its tests', from the end of one to the end of the next, so that start-up is out of it.
Each way's time is that of its quickest run, as `timeit` has it: what else the machine does can only make a run slower.
The range beside the ratio is that of the rounds', to see how far such a machine can be trusted.
"""

import argparse
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.pairs import ratio
from tests.benchmarks.suite_project import Report, run_suite, suite_project
from tests.support.project import Project

WAYS = {"wipe": "the plugin", "savepoint": "savepoint, rolled back", "none": "no isolation at all"}


def milliseconds(report: Report) -> float:
    """Return the median time of a test."""
    ends = [end for end, _ in report.ended]
    return median(later - earlier for earlier, later in pairwise(ends)) * 1000


def measure(project: Project, tables: int, tests: int, rounds: int) -> list[str]:
    """Return for each way the milliseconds of a test, and how many times that of no isolation they are."""
    found: list[dict[str, float]] = []
    for number in range(rounds):
        # Another goes first each time, lest one of them always follow the same one.
        order = [*WAYS][number % len(WAYS) :] + [*WAYS][: number % len(WAYS)]
        runs = {way: run_suite(project, isolation=way, tables=tables, tests=tests) for way in order}
        found.append({way: milliseconds(report) for way, report in runs.items()})
    costs = {way: [turn[way] for turn in found] for way in WAYS}
    return [f"{min(costs[way]):.2f} | {ratio(costs[way], costs['none'])}" for way in WAYS]


def main() -> None:
    """Measure each number of tables and print a table, in Markdown."""
    parser = argparse.ArgumentParser(description="Measure what isolation costs a whole suite.")
    parser.add_argument("--tables", type=int, nargs="+", default=[8, 30, 200], metavar="N")
    parser.add_argument("--tests", type=int, default=300, metavar="N")
    parser.add_argument("--rounds", type=int, default=9, metavar="N")
    options = parser.parse_args()
    print("| tables | " + " | ".join(f"{label}, ms a test | ratio" for label in WAYS.values()) + " |")
    print("| ---: |" + " ---: | ---: |" * len(WAYS))
    with suite_project() as project:
        for tables in options.tables:
            costs = measure(project, tables, options.tests, options.rounds)
            print(f"| {tables} | {' | '.join(costs)} |", flush=True)


if __name__ == "__main__":
    main()
