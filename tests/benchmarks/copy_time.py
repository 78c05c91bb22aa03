"""What `copier copy` takes, beside a template with as many files and nothing in them.

    uv run python tests/benchmarks/copy_time.py [ROUNDS]

The goal is at most 1.5 times the empty template's time. It prints both and their ratio, and asserts nothing.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.pairs import report, timed, write_empty  # noqa: E402  a script finds the package by the line above
from tests.support.environment import commit_all  # noqa: E402  as above
from tests.support.template import files, render, snapshot  # noqa: E402  as above

ROUNDS = 7


def seconds_to_copy(template: Path, destination: Path) -> float:
    """Return the time of a whole `copier copy`, as a user waits for it."""
    command = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--vcs-ref=HEAD"]
    return timed(*command, str(template), str(destination), cwd=ROOT)[0]


def measure(scratch: Path, rounds: int) -> tuple[list[tuple[float, float]], int]:
    """Copy both in turn, so that what else the machine does slows both."""
    ours = snapshot(scratch / "oneloop")
    names = [name for name in files(render(ours, scratch / "look")) if name != ".copier-answers.yml"]
    empty = scratch / "empty"
    write_empty(empty, names, ours, "HEAD")
    commit_all(empty, "Empty")
    pairs = [
        (
            seconds_to_copy(ours, scratch / f"ours-{number}"),
            seconds_to_copy(empty, scratch / f"empty-{number}"),
        )
        for number in range(rounds + 1)
    ][1:]
    return pairs, len(names)


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as scratch:
        pairs, count = measure(Path(scratch), rounds)
    print(f"copier copy, {count} files, quickest of {rounds}\n{report(pairs)}")


if __name__ == "__main__":
    main()
