"""How long a developer waits for the first test, with nothing running before, and for one test in all.

    uv run python tests/benchmarks/first_test.py [ROUNDS]

From the start of `uv run pytest`: imports, PostgreSQL from nothing, migrations, the app's start. The goals are 2 s to
the body of the first test and 3 s for the whole command. Beside it stands pytest with a test that needs nothing.
"""

import sys
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.suite_project import run_suite, suite_project
from tests.support.environment import succeed, uv

ROUNDS = 7


def seconds_of_empty(folder: Path, environment: dict[str, str]) -> float:
    """Return how long pytest takes for one empty test, without the plugin."""
    empty = folder / "test_empty.py"
    empty.write_text("def test_nothing():\n    pass\n")
    started = perf_counter()
    succeed(
        uv(),
        "run",
        "--quiet",
        "pytest",
        "-q",
        "--noconftest",
        "-p",
        "no:oneloop",
        "-c",
        "/dev/null",
        empty,
        cwd=folder,
        env=environment,
    )
    return perf_counter() - started


def main() -> None:
    """Measure in turn, print medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    first, whole, empty = [], [], []
    with suite_project() as project:
        for _ in range(rounds + 1):
            report = run_suite(project, tests=1)
            assert report.began is not None
            first.append(report.began - report.started)
            whole.append(report.finished - report.started)
            empty.append(seconds_of_empty(project.root, project.environment))
    print(f"median of {rounds}, the first run left out")
    print(f"  to the first test       {median(first[1:]):.2f} s")
    print(f"  one test, the whole run {median(whole[1:]):.2f} s")
    print(f"  an empty test, pytest   {median(empty[1:]):.2f} s")


if __name__ == "__main__":
    main()
