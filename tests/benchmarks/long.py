"""A suite of thousands of tests: its memory, whether it slows down, and what a second worker brings.

    uv run python tests/benchmarks/long.py [--tests 5000] [--sizes 100 300 1000]

The goals: memory grows by at most 10 % after the first 500 tests, the time of a test stays, and two workers on two
cores are at least 1.4 times as fast. `--sizes` are the suites for which one and two workers are compared.
"""

import argparse
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.suite_project import Report, run_suite, suite_project
from tests.support.project import Project


def milliseconds(report: Report, first: int, last: int) -> float:
    """Return the median time of the tests from `first` to `last`."""
    ends = [end for end, _ in report.ended]
    return median(ends[number] - ends[number - 1] for number in range(max(first, 1), last)) * 1000


def measure_growth(project: Project, tests: int) -> None:
    """Print the memory and the time of a test, a tenth of the suite at a time."""
    report = run_suite(project, tests=tests)
    print(f"{tests} tests\n\n| tests | memory, MB | ms a test |\n| ---: | ---: | ---: |")
    step = tests // 10
    for last in range(step, tests + 1, step):
        memory = report.ended[last - 1][1] / 1024
        print(f"| {last} | {memory:.1f} | {milliseconds(report, last - step, last):.2f} |")
    after, end = report.ended[step - 1][1], report.ended[-1][1]
    slower = milliseconds(report, tests - step, tests) / milliseconds(report, 0, step)
    print(f"\nmemory after the first tenth: x {end / after:.3f}; time of a test: x {slower:.2f}\n")


def seconds(project: Project, tests: int, workers: int) -> float:
    """Return how long the whole command takes."""
    report = run_suite(project, "-n", str(workers), tests=tests)
    return report.finished - report.started


def measure_workers(project: Project, sizes: list[int]) -> None:
    """Print the time of the whole command with one process and with two workers."""
    print("| tests | alone, s | -n 2, s | times as fast |\n| ---: | ---: | ---: | ---: |")
    for tests in sizes:
        alone, two = seconds(project, tests, 0), seconds(project, tests, 2)
        print(f"| {tests} | {alone:.1f} | {two:.1f} | {alone / two:.2f} |", flush=True)


def main() -> None:
    """Measure both and print tables, in Markdown."""
    parser = argparse.ArgumentParser(description="Measure a suite of thousands of tests.")
    parser.add_argument("--tests", type=int, default=5000, metavar="N")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1000, 5000], metavar="N")
    options = parser.parse_args()
    with suite_project() as project:
        measure_growth(project, options.tests)
        measure_workers(project, options.sizes)


if __name__ == "__main__":
    main()
